//! `setup`: makes the machine ready. Instant and silent when it is.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    time::SystemTime,
};

use anyhow::{Result, bail};

use crate::run;

/// The oldest Node that runs the client tests: the first with `node --test` reporters.
const NODE_MAJOR_MIN: u32 = 18;

/// All that the chores need.
pub fn everything() -> Result<()> {
    compiler()?;
    components()?;
    node()
}

/// A C and C++ compiler, which SQLite and the cryptography are built with.
pub fn compiler() -> Result<()> {
    let have = || (on_path("cc") || on_path("gcc")) && (on_path("c++") || on_path("g++"));
    if have() {
        return Ok(());
    }
    install(&["gcc", "g++", "make", "pkg-config"]);
    if have() {
        return Ok(());
    }
    bail!("missing: a C and C++ compiler; install gcc and g++ (on macOS: xcode-select --install)")
}

/// The formatter and the linter.
pub fn components() -> Result<()> {
    for (component, check) in [("rustfmt", "fmt --version"), ("clippy", "clippy --version")] {
        if run::answer(&mut run::cargo(check)).is_some() {
            continue;
        }
        let mut add = run::command("rustup");
        if run::wait(add.args(["component", "add", component])).is_err() {
            bail!("missing: cargo {component}; run `rustup component add {component}`");
        }
    }
    Ok(())
}

/// Node, npm, and the packages of the client tests.
pub fn node() -> Result<()> {
    let have = || node_major().is_some_and(|major| major >= NODE_MAJOR_MIN) && on_path("npm");
    if !have() {
        install(&["nodejs", "npm"]);
    }
    if !have() {
        bail!("missing: Node {NODE_MAJOR_MIN} or newer with npm; get it from nodejs.org");
    }
    let clients = run::root().join("tests/clients");
    let lock = changed_at(&clients.join("package-lock.json"));
    if lock.is_none() || changed_at(&clients.join("node_modules/.package-lock.json")) >= lock {
        return Ok(());
    }
    let mut npm = run::command("npm");
    npm.args(["ci", "--omit=optional", "--loglevel=error"]).current_dir(clients);
    run::wait(npm.stdout(Stdio::null()))
}

fn node_major() -> Option<u32> {
    let version = run::answer(run::command("node").arg("--version"))?;
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Installs Debian packages if we may; whoever calls looks again and says what is missing.
fn install(packages: &[&str]) {
    if !(is_root() && on_path("apt-get")) {
        return;
    }
    println!("installing {}", packages.join(" "));
    for args in [&["update", "-qq"][..], &["install", "-y", "-qq", "--no-install-recommends"]] {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(args);
        if args[0] == "install" {
            apt.args(packages);
        }
        if let Err(error) = run::wait(apt.stdout(Stdio::null())) {
            eprintln!("{error:#}");
        }
    }
}

fn is_root() -> bool {
    run::answer(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| {
        folder.join(program).is_file() || folder.join(program).with_extension("exe").is_file()
    })
}

fn changed_at(file: &Path) -> Option<SystemTime> {
    file.metadata().ok()?.modified().ok()
}
