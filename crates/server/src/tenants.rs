//! Tenants in and out of a store as files (contract: the tenant file).

use std::{
    cell::Cell,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use rollcall_core::{
    id::TenantId,
    position::{Epoch, Position},
    rejection::Fault,
};
use rollcall_store::{Loaded, Store, tenant_file};

use crate::{auth::hash_password, clock};

/// What became of one file.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Whose file it was.
    pub tenant: TenantId,
    /// Where its log begins; absent if the tenant was there already and was left as it was.
    pub position: Option<Position>,
}

/// Takes a tenant file in, whole or not at all (T3). A tenant that is there already is left as it
/// is, unless `replace`.
///
/// # Errors
/// The file cannot be read or is not sound, or the store broke.
pub fn import_file(store: &dyn Store, file: &Path, replace: bool) -> anyhow::Result<Imported> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    import(store, &text, replace).with_context(|| format!("in {}", file.display()))
}

/// Takes the text of a tenant file in.
///
/// # Errors
/// The text is not sound, or the store broke.
pub fn import(store: &dyn Store, text: &str, replace: bool) -> anyhow::Result<Imported> {
    let now = clock::now();
    let file = tenant_file::parse(text, now)?;
    let tenant = file.tenant().clone();
    if tenant.as_str().starts_with('.') {
        bail!("tenant.id: names that begin with a dot are the program's own");
    }
    let there = store.tenants()?.contains(&tenant);
    if there && !replace {
        // Asked before passwords are hashed, which takes its time.
        return Ok(Imported { tenant, position: None });
    }
    let failed = Cell::new(None);
    let rows = file.into_rows(&|clear| {
        let hashed = hash_password(clear.as_bytes());
        hashed.map_err(|fault| failed.set(Some(fault))).unwrap_or_default()
    });
    if let Some(fault) = failed.take() {
        return Err(fault.into());
    }
    let loaded = store.load(&tenant, fresh_epoch(), rows, replace, now)?;
    let position = match loaded {
        Loaded::Done(position) => Some(position),
        Loaded::Kept => None,
    };
    Ok(Imported { tenant, position })
}

/// Takes the files of the settings in, and says so in the log.
///
/// # Errors
/// As [`import_file`].
pub fn import_all(store: &dyn Store, files: &[PathBuf], replace: bool) -> anyhow::Result<()> {
    for file in files {
        let Imported { tenant, position } = import_file(store, file, replace)?;
        match position {
            Some(_) => tracing::info!(%tenant, file = %file.display(), "imported"),
            None => tracing::info!(%tenant, "is there already and was left as it is"),
        }
    }
    Ok(())
}

/// Writes a tenant as a file; `None` if it is not there.
///
/// # Errors
/// The store broke.
pub fn export(store: &dyn Store, tenant: &TenantId) -> Result<Option<String>, Fault> {
    let mut text = None;
    store.look(tenant, &mut |view| {
        text = Some(tenant_file::export(view)?);
        Ok(())
    })?;
    Ok(text)
}

/// An epoch for a new log: positions of any other are not mistaken for its own.
#[must_use]
pub fn fresh_epoch() -> Epoch {
    Epoch(clock::random_u32())
}
