//! Where settings come from, which one wins, and what is refused.

#![expect(clippy::result_large_err, reason = "figment's Jail asks for figment's own error")]

use std::path::PathBuf;

use figment::Jail;
use rollcall_wire::Dialect;

use super::{Config, Flags, LogFormat, PlaceFlags, StoreUrl};

fn flags() -> Flags {
    Flags::default()
}

fn from_file(path: &str) -> Flags {
    PlaceFlags { config: Some(path.into()), ..PlaceFlags::default() }.into()
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_defaults() {
    Jail::expect_with(|jail| {
        assert_eq!(Config::load(&flags()).unwrap().drain_seconds, 5);
        jail.create_file("r.toml", "drain_seconds = 6\n[limits]\nwrites_per_second = 7")?;
        let mut given = from_file("r.toml");
        assert_eq!(Config::load(&given).unwrap().drain_seconds, 6);
        jail.set_env("ROLLCALL_DRAIN_SECONDS", "8");
        jail.set_env("ROLLCALL_LOG_FORMAT", "json");
        let config = Config::load(&given).unwrap();
        assert_eq!((config.drain_seconds, config.limits.writes_per_second), (8, 7));
        given.drain_seconds = Some(9);
        given.log_level = Some("debug".into());
        let config = Config::load(&given).unwrap();
        assert_eq!(config.drain_seconds, 9);
        assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Json, "debug"));
        Ok(())
    });
}

#[test]
fn a_listener_is_a_text_or_a_table() {
    Jail::expect_with(|jail| {
        jail.create_file(
            "r.toml",
            r#"listen = ["gym=0.0.0.0:8000",
                { dialect = "church", address = "[::]:3001", tenant = "gra_4f09c2", trust_handshake = true }]"#,
        )?;
        let config = Config::load(&from_file("r.toml")).unwrap();
        let [gym, church] = &config.listen[..] else { panic!("{:?}", config.listen) };
        assert_eq!((gym.dialect, gym.address.port()), (Dialect::Gym, 8000));
        assert_eq!(church.tenant.as_ref().map(|t| t.as_str()), Some("gra_4f09c2"));
        assert!(church.trust_handshake && !gym.trust_handshake);
        jail.set_env("ROLLCALL_LISTEN", "native=127.0.0.1:1, gym=127.0.0.1:2");
        assert_eq!(Config::load(&flags()).unwrap().listen.len(), 2);
        Ok(())
    });
}

#[test]
fn church_14_1_the_flag_trusts_church_handshakes_only() {
    Jail::expect_with(|_| {
        let listen = vec!["gym=127.0.0.1:1".into(), "church=127.0.0.1:2".into()];
        let config = Config::load(&Flags { listen, trust_handshake: true, ..flags() }).unwrap();
        let trusted: Vec<bool> = config.listen.iter().map(|l| l.trust_handshake).collect();
        assert_eq!(trusted, [false, true]);
        Ok(())
    });
}

#[test]
fn what_cannot_be_is_refused_and_named() {
    for (file, named) in [
        ("drain_second = 5", "drain_second"),
        ("[limits]\nwrites = 5", "writes"),
        ("[[listen]]\ndialect = \"gym\"\naddress = \"0.0.0.0:1\"\ntenent = \"a\"", "tenent"),
        ("listen = [\"gmy=0.0.0.0:1\"]", "gmy"),
        ("listen = [\"gym=0.0.0.0\"]", "0.0.0.0"),
        ("listen = [\"gym=0.0.0.0:1\", \"church=0.0.0.0:1\"]", "0.0.0.0:1 twice"),
        ("listen = []", "listen"),
        ("store = \"postgres://h/d\"", "SQLite only"),
        ("drain_seconds = 5000", "drain_seconds"),
        ("drain_seconds = \"soon\"", "drain_seconds"),
        ("allow_origins = [\"*\"]", "allow_origins"),
        ("[gym]\nanonymous_wait_seconds = 60", "gym.anonymous_wait_seconds"),
        ("[tokens]\ngym_refresh_days = 0", "tokens.gym_refresh_days"),
        ("[limits]\nconnections_max = 0", "limits.connections_max"),
        ("[log]\nformat = \"xml\"", "xml"),
    ] {
        Jail::expect_with(|jail| {
            jail.create_file("r.toml", file)?;
            let given = from_file("r.toml");
            let error = Config::load(&given).expect_err(file).to_string();
            assert!(error.contains(named), "{file:?}: {error}");
            Ok(())
        });
    }
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let given = from_file("/nowhere/r.toml");
    let error = Config::load(&given).unwrap_err().to_string();
    assert!(error.contains("/nowhere/r.toml"), "{error}");
}

#[test]
fn the_secret_is_read_as_it_stands_and_must_be_good() {
    Jail::expect_with(|jail| {
        assert!(Config::load(&flags()).unwrap().secret().is_err(), "missing");
        for digits in ["01234567890123456789012345678901", "[0123456789012345678901234567890]"] {
            jail.set_env("ROLLCALL_JWT_SECRET", digits);
            let config = Config::load(&flags()).unwrap();
            assert_eq!(config.secret().unwrap().expose(), digits.as_bytes());
        }
        jail.set_env("ROLLCALL_JWT_SECRET", "changemechangemechangemechangeme");
        let config = Config::load(&flags()).unwrap();
        let error = config.secret().unwrap_err().to_string();
        assert!(error.contains("ROLLCALL_JWT_SECRET") && !error.contains("changeme"), "{error}");
        assert!(!format!("{config:?}").contains("changeme"));
        Ok(())
    });
}

#[test]
fn a_variable_of_somebody_else_is_left_alone_and_told() {
    Jail::expect_with(|jail| {
        jail.set_env("ROLLCALL_PORT", "tcp://10.0.0.1:80");
        assert!(Config::load(&flags()).is_ok());
        assert!(super::load::unknown_variables().contains(&"ROLLCALL_PORT".to_owned()));
        Ok(())
    });
}

#[test]
fn tenants_are_kept_where_the_store_says_else_in_the_data_directory() {
    Jail::expect_with(|_| {
        let data =
            Config::load(&PlaceFlags { data: Some("/d".into()), ..PlaceFlags::default() }.into())
                .unwrap();
        assert_eq!(data.store(), StoreUrl::Sqlite("/d".into()));
        let memory = Config::load(
            &PlaceFlags { store: Some("memory:".into()), ..PlaceFlags::default() }.into(),
        )
        .unwrap();
        assert_eq!((memory.store(), memory.directory()), (StoreUrl::Memory, None));
        Ok(())
    });
}

#[test]
fn every_setting_is_documented() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let text = std::fs::read_to_string(&page).unwrap();
    for setting in Config::settings() {
        let row = setting.row();
        assert!(text.contains(&row), "docs/configuration.md lacks this row:\n{row}");
    }
}
