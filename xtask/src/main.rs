//! `cargo xtask CHORE`: everything done to Rollcall that is not Rollcall, a file per chore.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the terminal")]
#![expect(clippy::disallowed_methods, reason = "a chore measures time and reads the environment")]

mod ci;
mod count;
mod fuzz;
mod openapi;
mod product;
mod run;
mod setup;
mod test;
mod tidy;
mod vectors;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask CHORE

  demo [ARGS]         run the program with a made-up tenant
  bench [ARGS]        measure the program
  test [SECONDS]      everything a change must pass; SECONDS of fuzzing per target (default 8)
  ci                  test, the docs, and what is generated from the code
  tidy [--ratchet]    walls, sizes, words; --ratchet lowers the sizes of files that shrank
  vectors [--update]  check (or rewrite) the golden bytes
  openapi [--update]  check (or rewrite) docs/openapi
  setup               install what the others need; they call it themselves";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let chore = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    match perform(&chore, &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(chore: &str, args: &[String]) -> Result<()> {
    let flag = |name: &str| args.iter().any(|arg| arg == name);
    match chore {
        "setup" => setup::everything(),
        "demo" => product::demo(args),
        "bench" => product::bench(args),
        "test" => test::perform(args),
        "ci" => ci::perform(args),
        "tidy" if flag("--ratchet") => tidy::lower_ratchet(),
        "tidy" => tidy::perform(),
        "vectors" => vectors::perform(flag("--update")),
        "openapi" => openapi::perform(flag("--update")),
        "" | "help" | "-h" | "--help" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("there is no chore {other:?}\n\n{USAGE}"),
    }
}
