//! The server that is measured: a process of its own, with a directory that goes with it.

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command},
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    Place,
    machine::{self, Reading},
    world::World,
};
use crate::{clock, config};

/// How long a server may take until it answers: it loads the tenant first.
const START_WAIT: Duration = Duration::from_secs(60);

/// A directory that is removed when it is no longer needed.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed stays for the system to clear away.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process that ends when it is no longer needed.
pub(super) struct Process {
    child: Child,
    /// Whether it is asked to stop, because another program wants to say what it found.
    gently: bool,
}

impl Process {
    pub(super) fn start(mut command: Command, gently: bool) -> anyhow::Result<Self> {
        let what = format!("cannot start {command:?}");
        Ok(Self { child: command.spawn().context(what)?, gently })
    }

    /// What the system says of it.
    pub(super) fn read(&self) -> anyhow::Result<Reading> {
        Reading::of(self.child.id())
    }

    /// Waits until it listens.
    pub(super) async fn answers(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        let until = clock::instant() + START_WAIT;
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("what is to be measured ended at once ({status})");
            }
            if clock::instant() > until {
                bail!("what is to be measured does not answer at {address}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; its directory is thrown away in any case.
        if !self.gently || !machine::ask_to_stop(self.child.id()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// The running server.
pub(super) struct Subject {
    /// Where the native dialect is spoken.
    pub native: SocketAddr,
    /// Where the church's is.
    pub church: SocketAddr,
    process: Process,
    _scratch: Scratch,
}

impl Subject {
    /// Starts a server with one shard for that world, with its data in a new directory in `place`.
    pub(super) async fn start(world: &World, place: &Place) -> anyhow::Result<Self> {
        let scratch = Scratch(place.dir.join(format!("rollcall-bench-{}", clock::fresh_id())));
        fs::create_dir_all(&scratch.0)?;
        let (file, data) = (scratch.0.join("tenant.json"), scratch.0.join("data"));
        world.write(&file)?;
        let (native, church) = (machine::free_address()?, machine::free_address()?);
        let mut command =
            machine::measured(&place.under, &["serve", "--shards", "1", "--log-level", "warn"])?;
        command.arg("--import").arg(file).arg("--data").arg(data);
        for (dialect, address) in [("native", native), ("church", church)] {
            command.arg("--listen").arg(format!("{dialect}={address}"));
        }
        command.env(config::SECRET_VARIABLE, world.secret());
        // One hand stands for a whole crowd of them.
        command.env("ROLLCALL_LIMITS_MESSAGES_PER_SECOND", "0");
        let mut process = Process::start(command, !place.under.is_empty())?;
        process.answers(native).await?;
        process.answers(church).await?;
        Ok(Self { native, church, process, _scratch: scratch })
    }

    /// What the system says of the server.
    pub(super) fn read(&self) -> anyhow::Result<Reading> {
        self.process.read()
    }

    /// The number that the server's own metrics have under `name`, if it shows them.
    pub(super) async fn metric(&self, name: &str) -> Option<f64> {
        let mut stream = TcpStream::connect(self.native).await.ok()?;
        let request =
            format!("GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.native);
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let value = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value?.trim().parse().ok()
    }
}
