//! A setting: its key, default and meaning, declared once beside its field.

/// What an operator can read about one setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in the configuration file, with its section: `limits.writes_per_second`.
    pub key: &'static str,
    /// Its default, as the code writes it.
    pub default: &'static str,
    /// What it means, in its unit.
    pub doc: &'static [&'static str],
}

impl Setting {
    /// Its environment variable: `ROLLCALL_LIMITS_WRITES_PER_SECOND`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("ROLLCALL_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// Its default, as an operator writes it; `-` if it has none.
    fn default_written(&self) -> String {
        let quoted = self.default.split('"').nth(1);
        let number = self.default.replace('_', "");
        match self.default {
            "None" | "Vec::new()" => "-".to_owned(),
            "LogFormat::Human" => "human".to_owned(),
            _ => quoted.map_or(number, str::to_owned),
        }
    }

    /// Its row in the table of `docs/configuration.md`.
    #[must_use]
    pub fn row(&self) -> String {
        format!("| `{}` | `{}` | {} |", self.key, self.default_written(), self.meaning())
    }

    /// What it means, on one line.
    fn meaning(&self) -> String {
        self.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// Declares a section: a struct whose fields carry their docs and defaults, and the list of them.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        pub struct $name:ident in $prefix:literal {
            $($(#[doc = $doc:literal])+ $(#[serde($($serde:tt)+)])? $field:ident: $type:ty = $default:expr,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[doc = $doc])+ $(#[serde($($serde)+)])? pub $field: $type,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $name {
            /// Every setting of this section.
            pub const SETTINGS: &'static [$crate::config::Setting] = &[
                $($crate::config::Setting {
                    key: concat!($prefix, stringify!($field)),
                    default: stringify!($default),
                    doc: &[$($doc),+],
                },)+
            ];
        }
    };
}
pub(super) use section;

/// Reads a list that may also be written as one text with commas, as environments need it.
pub(super) fn list<'de, T, D>(d: D) -> Result<Vec<T>, D::Error>
where
    T: serde::de::DeserializeOwned,
    D: serde::Deserializer<'de>,
{
    struct Either<T>(std::marker::PhantomData<T>);
    impl<'de, T: serde::de::DeserializeOwned> serde::de::Visitor<'de> for Either<T> {
        type Value = Vec<T>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list, or a text with commas")
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            items.map(|item| T::deserialize(serde::de::value::StrDeserializer::new(item))).collect()
        }
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = seq.next_element()? {
                items.push(item);
            }
            Ok(items)
        }
    }
    d.deserialize_any(Either(std::marker::PhantomData))
}
