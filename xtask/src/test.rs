//! `test`: every check a change must pass. Stops at nothing, fails at the end, counts it all.

use std::{fs, path::PathBuf, time::Instant};

use anyhow::{Context as _, Result, bail};

use crate::{
    count::Count,
    fuzz,
    run::{self, cargo},
    setup, tidy,
};

/// Long enough to find what a careless change to a decoder breaks.
const FUZZ_SECONDS: u32 = 8;

/// Stages that were run, how they went and how long they took.
#[derive(Default)]
pub struct Report {
    total: Count,
    stages: Vec<(&'static str, f64, Count)>,
}

impl Report {
    /// Runs a stage; an error in it is one failure, shown, and the next stage follows.
    pub fn stage(&mut self, name: &'static str, perform: impl FnOnce() -> Result<Count>) {
        println!("── {name}");
        let start = Instant::now();
        let count = perform().unwrap_or_else(|error| {
            eprintln!("{error:#}");
            Count::check(false)
        });
        self.total += count;
        self.stages.push((name, start.elapsed().as_secs_f64(), count));
    }

    /// As `stage`, for what only succeeds or fails.
    pub fn check(&mut self, name: &'static str, perform: impl FnOnce() -> Result<()>) {
        self.stage(name, || perform().map(|()| Count::check(true)));
    }

    /// Prints the times and, as the last line, the sum.
    pub fn close(self) -> Result<()> {
        println!("──");
        for (name, seconds, count) in &self.stages {
            println!("{seconds:7.1} s  {name}: {count}");
        }
        println!("{}", self.total);
        if self.total.failed > 0 {
            // The line above is the message; a second one would hide it.
            std::process::exit(1);
        }
        Ok(())
    }
}

/// Runs every stage and closes the report.
pub fn perform(args: &[String]) -> Result<()> {
    let mut report = Report::default();
    stages(&mut report, args)?;
    report.close()
}

/// The stages of `test`, which `ci` begins with as well.
pub fn stages(report: &mut Report, args: &[String]) -> Result<()> {
    let seconds = match args {
        [] => FUZZ_SECONDS,
        [seconds] => seconds.parse().context("how many seconds of fuzzing per target?")?,
        _ => bail!("one number is enough: seconds of fuzzing per target"),
    };
    report.stage("setup", || setup::everything().map(|()| Count::default()));
    report.check("format", || run::wait(&mut cargo("fmt --all --check")));
    report.check("clippy", || {
        run::wait(&mut cargo("clippy --workspace --all-targets -- --deny warnings"))
    });
    report.check("tidy", tidy::perform);
    report.stage("cargo test", rust);
    report.stage("client tests", clients);
    report.stage("fuzz", || fuzz::perform(seconds));
    Ok(())
}

fn rust() -> Result<Count> {
    // Binaries and tests in one build: their dependencies are then the same and compiled once.
    run::wait(&mut cargo("build --workspace --bins --tests"))?;
    let mut count = Count::default();
    let mut test = cargo("test --quiet --workspace --no-fail-fast");
    let succeeded = run::follow(&mut test, |line| count.add_cargo(line))?;
    Ok(count.or_broken(succeeded))
}

fn clients() -> Result<Count> {
    let program = run::built()?.join("rollcall");
    if !program.with_extension(std::env::consts::EXE_EXTENSION).is_file() {
        bail!("the program was not built, so no client can talk to it");
    }
    let mut count = Count::default();
    let mut node = run::command("node");
    node.args(["--test", "--test-reporter=tap"]).args(client_tests()?);
    node.env("ROLLCALL_BIN", program);
    let succeeded = run::follow(&mut node, |line| count.add_node(line))?;
    Ok(count.or_broken(succeeded))
}

fn client_tests() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(run::root().join("tests/clients"))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
