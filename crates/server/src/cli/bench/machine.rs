//! The machine that is measured on: its cores, its limits, and what the system says of a process.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};

/// The core of whoever is measured; its clients keep to the others.
const MEASURED_CORE: &str = "0";

/// Ticks in which Linux tells CPU time, on every architecture it runs on.
const TICKS_A_SECOND: u64 = 100;

/// Files that a process has open beside its connections.
const OTHER_FILES: usize = 200;

/// A program of the system, if it is there.
fn tool(name: &str) -> Option<PathBuf> {
    ["/usr/bin", "/bin"].map(|place| Path::new(place).join(name)).into_iter().find(|p| p.exists())
}

fn succeeds(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Asks a process to stop, in order.
pub(super) fn ask_to_stop(pid: u32) -> bool {
    tool("kill").is_some_and(|kill| succeeds(Command::new(kill).args(["-TERM", &pid.to_string()])))
}

/// How many cores this machine has, whichever of them we keep to.
fn cores() -> usize {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    cpu.lines().filter(|line| line.starts_with("processor")).count().max(1)
}

/// Leaves the measured core to whoever is measured, if the machine has several.
pub(super) fn keep_to_other_cores() {
    if let (Some(taskset), 2..) = (tool("taskset"), cores()) {
        let others = format!("1-{}", cores() - 1);
        let mut command = Command::new(taskset);
        succeeds(command.args(["-a", "-c", "-p", &others, &std::process::id().to_string()]));
    }
}

/// This program with those arguments, on the measured core, run by `under` if that is not empty.
pub(super) fn measured(under: &[String], arguments: &[&str]) -> anyhow::Result<Command> {
    let program = std::env::current_exe().context("the program does not find itself")?;
    let mut command = pinned(under, program);
    command.args(arguments);
    Ok(command)
}

/// A program on the measured core, run by `under` if that is not empty.
pub(super) fn pinned(under: &[String], program: PathBuf) -> Command {
    let pinned = tool("taskset").map(|taskset| [taskset, "-c".into(), MEASURED_CORE.into()]);
    let under = under.iter().map(PathBuf::from);
    let mut words = pinned.into_iter().flatten().chain(under).chain([program]);
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).stdin(Stdio::null());
    command
}

/// An address that is free now.
pub(super) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Sees to it that this process and those it starts may hold so many connections.
pub(super) fn allow_connections(count: usize) -> anyhow::Result<()> {
    let need = count + OTHER_FILES;
    let (soft, hard) = open_files()?;
    if soft >= need {
        return Ok(());
    }
    if hard < need {
        bail!(
            "{count} connections need {need} open files, and the system allows {hard}: \
             ask for fewer, or raise the limit (ulimit -n)"
        );
    }
    let prlimit = tool("prlimit").context("the limit of open files is too low (ulimit -n)")?;
    let (pid, files) = (std::process::id().to_string(), format!("--nofile={need}:{hard}"));
    if !succeeds(Command::new(prlimit).args(["--pid", &pid, &files])) {
        bail!("the limit of open files could not be raised to {need} (ulimit -n)");
    }
    Ok(())
}

/// How many files this process may have open: now, and at most.
fn open_files() -> anyhow::Result<(usize, usize)> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let mut numbers = line.unwrap_or_default().split_whitespace();
    let mut next = || numbers.next().map(|n| n.parse().unwrap_or(usize::MAX));
    next().zip(next()).context("the limit of open files is not to be read")
}

/// What the system says of a process.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// Memory that it holds, in KiB.
    pub rss_kib: u64,
    /// CPU time that all its threads have used.
    pub cpu: Duration,
}

impl Reading {
    /// Reads `/proc/PID/status` and `/proc/PID/stat` (proc(5)).
    pub(super) fn of(pid: u32) -> anyhow::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let rss = rss.and_then(|rss| rss.trim().strip_suffix("kB"));
        let rss_kib = rss.context("the process has ended")?.trim().parse()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name in brackets may hold anything; what follows it is numbers.
        let (_, numbers) = stat.rsplit_once(')').context("/proc is not as expected")?;
        let ticks = |n| numbers.split_whitespace().nth(n).and_then(|t| t.parse::<u64>().ok());
        let (own, system) = ticks(11).zip(ticks(12)).context("/proc is not as expected")?;
        let cpu = Duration::from_millis((own + system) * 1_000 / TICKS_A_SECOND);
        Ok(Self { rss_kib, cpu })
    }
}

/// The machine in one line.
pub(super) fn line() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown processor", |name| name.trim_start_matches([' ', '\t', ':']));
    let kernel = read("/proc/sys/kernel/osrelease");
    let pinned = if tool("taskset").is_some() { "pinned" } else { "not pinned: no taskset" };
    format!("{} cores of {model}, Linux {}, {pinned}", cores(), kernel.trim())
}
