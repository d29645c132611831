//! Fuzzing for a moment: each decoder of `rollcall-wire` gets some seconds of hostile bytes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::{
    count::Count,
    run::{self, cargo},
};

/// What cargo-fuzz sets, without needing its nightly compiler.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Ccodegen-units=1 \
    -Cdebug-assertions=on -Coverflow-checks=on";

/// Builds every target and runs each for `seconds`; a crash is a failed test.
pub fn perform(seconds: u32) -> Result<Count> {
    let package = run::root().join("crates/wire/fuzz");
    if !package.join("Cargo.toml").is_file() {
        println!("no crates/wire/fuzz yet: nothing to do");
        return Ok(Count::default());
    }
    let out = run::root().join("target/fuzz");
    // A target of its own keeps the coverage flags off build scripts, which could not link.
    let host = host()?;
    let mut build = cargo("build --release --bins --target");
    build.arg(&host).arg("--target-dir").arg(&out).current_dir(&package);
    run::wait(build.env("RUSTFLAGS", RUSTFLAGS))?;

    let mut count = Count::default();
    for target in targets(&package)? {
        let binary = out.join(&host).join("release").join(&target);
        let outcome = attack(&target, &binary, &package, &out, seconds);
        if let Err(error) = &outcome {
            eprintln!("{target}: {error:#}");
        } else {
            println!("{target}: {seconds} s without a crash");
        }
        count += Count::check(outcome.is_ok());
    }
    Ok(count)
}

/// Inputs found earlier stay in `target/fuzz`; those worth keeping are in the package's
/// `corpus/TARGET`, which is only read.
fn attack(name: &str, binary: &Path, package: &Path, out: &Path, seconds: u32) -> Result<()> {
    let found = out.join("corpus").join(name);
    let artifacts = out.join("artifacts").join(name);
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&artifacts)?;
    let mut fuzz = run::command(&binary.to_string_lossy());
    fuzz.arg(format!("-max_total_time={seconds}")).args(["-verbosity=0", "-timeout=5"]);
    fuzz.arg(format!("-artifact_prefix={}/", artifacts.display())).arg(found);
    let kept = package.join("corpus").join(name);
    if kept.is_dir() {
        fuzz.arg(kept);
    }
    run::wait(&mut fuzz).context("an input broke it; it stands above and in target/fuzz/artifacts")
}

fn targets(package: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(package.join("fuzz_targets"))? {
        let path: PathBuf = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(name) = path.file_stem()
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn host() -> Result<String> {
    let about = run::answer(run::command("rustc").arg("-vV")).context("rustc does not answer")?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}
