//! Socket.IO's own server, run by Node: what `idle` and `fanout` put beside the program.

use std::{net::SocketAddr, path::Path};

use anyhow::Context;

use super::{
    machine::{self, Reading},
    subject::Process,
};

/// The running peer.
pub(super) struct Peer {
    /// Where it speaks Socket.IO.
    pub address: SocketAddr,
    process: Process,
}

impl Peer {
    /// Starts `peer.mjs` of `directory`, where `npm ci` has put what it needs. It sends everybody
    /// `rate` updates a second, none if that is 0, each in a frame of `frame_bytes`.
    pub(super) async fn start(
        directory: &Path,
        rate: f64,
        frame_bytes: u64,
    ) -> anyhow::Result<Self> {
        let address = machine::free_address()?;
        let script = directory.join("peer.mjs");
        let mut command = machine::pinned(&[], "node".into());
        command.arg(script).arg(address.port().to_string());
        command.args([rate.to_string(), frame_bytes.to_string()]);
        command.env("NODE_ENV", "production");
        let mut process = Process::start(command, false)?;
        process.answers(address).await.context("has npm been run in the peer's directory?")?;
        Ok(Self { address, process })
    }

    /// What the system says of it.
    pub(super) fn read(&self) -> anyhow::Result<Reading> {
        self.process.read()
    }
}
