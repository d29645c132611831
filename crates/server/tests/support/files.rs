//! How many files this process may have open.

use std::{fs, process::Command};

/// Sees to it that so many connections fit, both ends of each being in this process; ends the
/// test with a clear word where the system does not allow that.
pub fn allow_connections(count: usize) {
    let need = 2 * count + 200;
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let mut numbers = line.split_whitespace().map(|n| n.parse().unwrap_or(usize::MAX));
    let (soft, hard) = (numbers.next().unwrap(), numbers.next().unwrap());
    if soft >= need {
        return;
    }
    assert!(
        hard >= need,
        "{count} connections need {need} open files, {hard} are allowed: ulimit -n"
    );
    let (pid, files) = (std::process::id().to_string(), format!("--nofile={need}:{hard}"));
    let raised = Command::new("prlimit").args(["--pid", &pid, &files]).status();
    assert!(
        raised.is_ok_and(|status| status.success()),
        "{count} connections need {need} open files, {soft} are allowed and prlimit could not \
         raise that: ulimit -n {need}"
    );
}
