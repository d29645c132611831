//! Reads the settings from all their places, in order.

use std::path::Path;

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};

use super::{Config, Flags, SECRET_VARIABLE, Setting, WeakSecret, Wrong};

/// Why the program does not start with these settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there.
    #[error("the configuration file {0} cannot be read: {1}")]
    File(String, std::io::Error),
    /// A key or value that cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// A value that cannot be.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// No secret to sign tokens with.
    #[error("{SECRET_VARIABLE} {0}")]
    Secret(#[from] WeakSecret),
}

impl Config {
    /// Reads file, environment and flags over the defaults, and checks what comes out.
    ///
    /// # Errors
    /// A key that does not exist, or a value that cannot be, named with its place.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let mut sources = Figment::new();
        if let Some(file) = flags.place.config.as_deref() {
            sources = sources.merge(toml(file)?);
        }
        sources = sources.merge(environment());
        if let Some(secret) = secret_from_environment() {
            sources = sources.merge(Serialized::default("jwt_secret", secret));
        }
        let mut config: Self =
            sources.merge(flags.provider()).extract().map_err(|error| told(&error))?;
        for listener in &mut config.listen {
            let church = listener.dialect == rollcall_wire::Dialect::Church;
            listener.trust_handshake |= church && config.trust_handshake;
        }
        config.check()?;
        Ok(config)
    }
}

/// What is wrong, with the key and the place it came from.
fn told(error: &figment::Error) -> ConfigError {
    let place = match error.metadata.as_ref() {
        Some(from) if from.name.contains("TOML") => {
            let file = from.source.as_ref().map(ToString::to_string);
            format!(" in {}", file.unwrap_or_else(|| "the configuration file".into()))
        }
        Some(from) if from.name.contains("environment") => " in the environment".into(),
        _ => String::new(),
    };
    let key = error.path.join(".");
    let key = if key.is_empty() { key } else { format!("{key}: ") };
    ConfigError::Unreadable(format!("{key}{}{place}", error.kind))
}

fn toml(file: &Path) -> Result<figment::providers::Data<Toml>, ConfigError> {
    std::fs::File::open(file).map_err(|e| ConfigError::File(file.display().to_string(), e))?;
    Ok(Toml::file_exact(file))
}

/// The variables that name settings. Others of the same beginning are left alone: cluster
/// software sets some of its own (`ROLLCALL_PORT`), and so do tests.
fn environment() -> Env {
    Env::raw().filter_map(|variable| {
        let named =
            |setting: &&Setting| variable.as_str().eq_ignore_ascii_case(&setting.variable());
        let setting = Config::settings().find(named)?;
        (setting.variable() != SECRET_VARIABLE).then(|| setting.key.into())
    })
}

/// Variables that begin like ours and name no setting: worth a warning, as they may be mistyped.
#[must_use]
pub fn unknown_variables() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let known = |name: &String| Config::settings().any(|setting| setting.variable() == *name);
    names.filter(|name| name.starts_with("ROLLCALL_") && !known(name)).collect()
}

/// The secret as it stands in the environment: never read as a number or list, as others are.
fn secret_from_environment() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "settings are read here")]
    std::env::var(SECRET_VARIABLE).ok().filter(|secret| !secret.is_empty())
}
