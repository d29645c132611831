//! Drives `rollcall bench` until the command line is there.
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use rollcall::{
    app,
    cli::bench,
    clock,
    config::{Config, Flags},
};
use rollcall_core::position::Epoch;
use rollcall_store::{Store, tenant_file};

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}
#[derive(Subcommand)]
enum Verb {
    Bench(bench::Bench),
    Serve(Serve),
}
#[derive(Args)]
struct Serve {
    #[command(flatten)]
    flags: Flags,
}
fn main() -> anyhow::Result<()> {
    rollcall::auth::install_provider();
    match Line::parse().verb {
        Verb::Bench(bench) => bench::run(bench),
        Verb::Serve(serve) => {
            let config = Config::load(&serve.flags)?;
            let store: Arc<dyn Store> = app::open_store(&config)?;
            for file in &config.import {
                let file = tenant_file::parse(&std::fs::read_to_string(file)?, clock::now())?;
                let tenant = file.tenant().clone();
                let rows = file.into_rows(&|clear| clear.to_owned());
                store.load(&tenant, Epoch(1), rows, false, clock::now())?;
            }
            drop(store);
            app::run(config)
        }
    }
}
