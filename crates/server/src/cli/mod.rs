//! The command line: one file per command.

mod approve;
mod backup;
mod bench;
mod check;
mod demo;
mod doctor;
mod export;
mod http;
mod import;
mod openapi;
mod restore;
mod say;
mod serve;
mod settings;
mod tail;
mod token;

use std::{process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};
use rollcall_store::Store;

use crate::{app, config::Config};

/// Keeps attendance in sync, live, on every device.
#[derive(Parser)]
#[command(name = "rollcall", version, disable_help_subcommand = false)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(Box<serve::Args>),
    Bench(bench::Bench),
    Demo(demo::Args),
    Import(import::Args),
    Export(export::Args),
    Token(token::Args),
    Check(check::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Tail(tail::Args),
    Doctor(doctor::Args),
    Settings(settings::Args),
    Approve(approve::Args),
    Openapi(openapi::Args),
}

impl Command {
    fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Serve(args) => serve::run(&args)?,
            Self::Bench(args) => bench::run(args)?,
            Self::Demo(args) => demo::run(&args)?,
            Self::Import(args) => import::run(&args)?,
            Self::Export(args) => export::run(&args)?,
            Self::Token(args) => token::run(&args)?,
            Self::Check(args) => return check::run(&args),
            Self::Backup(args) => backup::run(&args)?,
            Self::Restore(args) => restore::run(&args)?,
            Self::Tail(args) => tail::run(&args)?,
            Self::Doctor(args) => return doctor::run(&args),
            Self::Settings(args) => settings::run(&args)?,
            Self::Approve(args) => approve::run(&args)?,
            Self::Openapi(args) => openapi::run(&args)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The store that is there already. A mistyped directory is not made and then found empty.
fn store_there(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    if let Some(database) = config.database() {
        anyhow::ensure!(database.exists(), "there is nothing in {}", database.display());
    }
    app::open_store(config)
}

/// Does what the command line asks. Exit codes: 0 done, 1 failed or found something wrong, 2 the
/// command line was not understood.
#[must_use]
pub fn main() -> ExitCode {
    crate::auth::install_provider();
    match Cli::parse().command.run() {
        Ok(code) => code,
        Err(error) if say::is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}
