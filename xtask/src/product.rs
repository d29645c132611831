//! `demo` and `bench`: the program itself, built with all its speed.

use anyhow::Result;

use crate::{run, setup};

/// Runs the program with a made-up tenant until Ctrl-C.
pub fn demo(args: &[String]) -> Result<()> {
    start("demo", args)
}

/// Measures the program on this machine.
pub fn bench(args: &[String]) -> Result<()> {
    start("bench", args)
}

fn start(verb: &str, args: &[String]) -> Result<()> {
    setup::compiler()?;
    run::become_it(run::cargo("run --release --package rollcall --").arg(verb).args(args))
}
