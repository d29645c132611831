//! `vectors`: the golden bytes of every dialect, checked or written anew.

use anyhow::{Result, bail};

use crate::{
    count::Count,
    run::{self, cargo},
};

/// Runs the tests that read `vectors/`; with `update` they write it instead.
pub fn perform(update: bool) -> Result<()> {
    let mut test = cargo("test --quiet --package rollcall-wire vectors");
    if update {
        test.env("UPDATE_VECTORS", "1");
    } else {
        test.env_remove("UPDATE_VECTORS");
    }
    let mut count = Count::default();
    let succeeded = run::follow(&mut test, |line| count.add_cargo(line))?;
    if !succeeded {
        bail!("vectors differ: if the change is meant, `cargo xtask vectors --update` and review");
    }
    if count.passed == 0 && run::root().join("vectors").is_dir() {
        bail!("vectors/ is there but no test of rollcall-wire named `vectors` reads it");
    }
    Ok(())
}
