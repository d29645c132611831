//! `ci`: `test`, and then what a reader of the docs relies on.

use anyhow::Result;

use crate::{
    openapi,
    run::{self, cargo},
    test::{self, Report},
    vectors,
};

/// Runs every stage of `test`, builds the docs, and looks for drift in what is generated.
pub fn perform(args: &[String]) -> Result<()> {
    let mut report = Report::default();
    test::stages(&mut report, args)?;
    report.check("docs", || {
        let mut doc = cargo("doc --quiet --workspace --no-deps");
        run::wait(doc.env("RUSTDOCFLAGS", "--deny warnings"))
    });
    report.check("vectors", || vectors::perform(false));
    report.check("openapi", || openapi::perform(false));
    report.close()
}
