//! `rollcall demo`: four made-up tenants on this machine, to look around in.

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use rollcall_wire::Dialect;

use super::say::{self, Colour, coloured};
use crate::{
    app, clock,
    config::{Config, Flags, Listener, Log, PlaceFlags, Secret},
    telemetry, tenants,
};

/// Run four made-up tenants on this machine: a church, a gym, a college class and a school.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Keep the data in this directory [default: one that is removed at the end].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Add this to the usual ports 8080 (native), 8000 (gym) and 3001 (church).
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    port_offset: u16,
}

/// What everybody in the demo signs in with.
const PASSWORD: &str = "demo demo";

/// One tenant of the demo.
struct Scene {
    tenant: &'static str,
    name: &'static str,
    file: &'static str,
    dialect: Dialect,
    /// Its name for this machine: the tenants share the page's listener.
    host: &'static str,
    logins: &'static str,
}

const SCENES: [Scene; 4] = [
    Scene {
        tenant: "gra_4f09c2",
        name: "Grace Church",
        file: include_str!("church.json"),
        dialect: Dialect::Church,
        host: "church.localhost",
        logins: "ada (admin), cole (coordinator), tess (at the door)",
    },
    Scene {
        tenant: "iron-yard",
        name: "Iron Yard gym",
        file: include_str!("gym.json"),
        dialect: Dialect::Gym,
        host: "gym.localhost",
        logins: "admin, desk, trainer, noah (member)",
    },
    Scene {
        tenant: "northgate",
        name: "Northgate College",
        file: include_str!("class.json"),
        dialect: Dialect::Native,
        host: "class.localhost",
        logins: "dean (admin), prof (lecturer), dina (student)",
    },
    Scene {
        tenant: "harapan",
        name: "Sekolah Harapan",
        file: include_str!("school.json"),
        dialect: Dialect::Native,
        host: "school.localhost",
        logins: "head (admin), wati (teacher), office (staff), parent",
    },
];

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let lasting = args.data.is_some();
    let data = args.data.clone().unwrap_or_else(|| {
        std::env::temp_dir().join(format!("rollcall-demo-{}", clock::fresh_id()))
    });
    let outcome = run_in(&data, args.port_offset);
    if !lasting {
        // What is left of a demo is of no use to anybody; failing to remove it is no failure.
        let _ = std::fs::remove_dir_all(&data);
    }
    outcome
}

fn run_in(data: &Path, port_offset: u16) -> anyhow::Result<()> {
    let config = config(data, port_offset)?;
    let log = Log { level: "warn".into(), ..config.log.clone() };
    telemetry::start_log(&log).map_err(|why| anyhow!(why))?;
    let store = app::open_store(&config)?;
    for scene in &SCENES {
        tenants::import(&*store, scene.file, false).with_context(|| scene.name)?;
    }
    drop(store);
    show(&config)?;
    app::run(config)
}

fn config(data: &Path, port_offset: u16) -> anyhow::Result<Config> {
    let place = PlaceFlags { data: Some(data.to_owned()), ..PlaceFlags::default() };
    let mut config = Config::load(&Flags::from(place))?;
    config.jwt_secret = Some(secret(data)?);
    config.listen = Vec::new();
    for (dialect, port, tenant) in [
        (Dialect::Native, 8080, None),
        (Dialect::Gym, 8000, Some("iron-yard")),
        (Dialect::Church, 3001, Some("gra_4f09c2")),
    ] {
        let port: u16 = port;
        let address = free_address(port.saturating_add(port_offset))?;
        let tenant = tenant.map(Into::into);
        config.listen.push(Listener { dialect, address, tenant, trust_handshake: false, ui: None });
    }
    Ok(config)
}

/// The demo's own secret, kept beside its data: who is signed in stays so over a restart.
fn secret(data: &Path) -> anyhow::Result<Secret> {
    let file = data.join("demo-secret");
    if let Ok(kept) = std::fs::read_to_string(&file) {
        return Ok(Secret::new(kept));
    }
    let fresh: [u8; 48] = clock::random_bytes();
    let fresh = STANDARD_NO_PAD.encode(fresh);
    std::fs::create_dir_all(data)?;
    let mut options = std::fs::OpenOptions::new();
    let mut kept = options.write(true).create_new(true).mode(0o600).open(&file)?;
    kept.write_all(fresh.as_bytes()).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(Secret::new(fresh))
}

/// That port of this machine, or any other if it is taken.
fn free_address(port: u16) -> std::io::Result<SocketAddr> {
    let at = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    at(port).or_else(|_| at(0))?.local_addr()
}

fn show(config: &Config) -> anyhow::Result<()> {
    let port = |dialect| {
        let listener = config.listen.iter().find(|listener| listener.dialect == dialect);
        listener.map_or(0, |listener| listener.address.port())
    };
    let page = |host| format!("http://{host}:{}", port(Dialect::Native));
    let mut rows = vec![["open in a browser", "who", "sign in as"].map(str::to_owned)];
    for scene in &SCENES {
        rows.push([page(scene.host), scene.name.to_owned(), scene.logins.to_owned()]);
    }
    say::line("")?;
    say::table(&rows)?;
    say::line(format!("\nThe password is {} everywhere.", coloured(Colour::Green, PASSWORD)))?;
    say::line(format!(
        "If your browser does not know these names, open {} and name the tenant: {}.",
        page("localhost"),
        SCENES.map(|scene| scene.tenant).join(", ")
    ))?;
    say::line("\nThe apps' own addresses:")?;
    for scene in SCENES.iter().filter(|scene| scene.dialect != Dialect::Native) {
        let address = format!("http://localhost:{}", port(scene.dialect));
        say::line(format!("  {address}  {} ({})", scene.dialect.name(), scene.name))?;
    }
    say::line("\nTwo browser windows side by side show it best. Ctrl-C ends the demo.\n")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rollcall_core::facts::Facts;
    use rollcall_store::{MemoryStore, Store};

    use super::*;

    #[test]
    fn every_tenant_of_the_demo_is_sound_and_lets_its_people_in() {
        let store = MemoryStore::new();
        for scene in &SCENES {
            let imported = tenants::import(&store, scene.file, false).unwrap();
            assert_eq!(imported.tenant.as_str(), scene.tenant);
            let looked = store.look(&imported.tenant, &mut |view| {
                let facts: &dyn Facts = view;
                for login in scene.logins.split(", ").filter_map(|l| l.split(' ').next()) {
                    assert!(facts.account_by_login(login)?.is_some(), "{login}");
                }
                Ok(())
            });
            assert!(looked.unwrap());
            assert!(scene.file.contains(PASSWORD));
        }
    }
}
