//! Measures durable commands per second: `commit_rate [COMMANDS [BATCH…]]`. Every command marks
//! one person of a thousand, with an id of its own, on one SQLite file in the working directory.

use std::io::Write as _;

use rollcall_core::{
    command::{Ask, By, Command},
    id::{AccountId, CommandId, GatheringId, PersonId, TenantId},
    position::Epoch,
    sheet::{MarkChange, MergeRule, Status},
    time::{Date, Timestamp},
};
use rollcall_store::{Store, sqlite::SqliteStore, tenant_file};

const PEOPLE: usize = 1_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|arg| arg.parse::<usize>());
    let commands = numbers.next().transpose()?.unwrap_or(200_000);
    let mut batches = numbers.collect::<Result<Vec<_>, _>>()?;
    if batches.is_empty() {
        batches = vec![1, 10, 100, 500];
    }
    let mut out = std::io::stdout().lock();
    for batch in batches {
        let commands = commands.min(batch * 4_000);
        let per_second = measure(commands, batch)?;
        writeln!(out, "batches of {batch:>4}: {per_second:>7.0} commands/s ({commands} commands)")?;
    }
    Ok(())
}

fn measure(commands: usize, batch: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir_in(".")?;
    let store = SqliteStore::open(dir.path().join("rollcall.db"))?;
    let tenant = TenantId::new("t");
    let now = Timestamp::from_millis(1_790_000_000_000);
    let rows = tenant_file::parse(&file(), now)?.into_rows(&|clear| clear.to_owned());
    store.load(&tenant, Epoch(1), rows, false, now)?;
    let asks: Vec<_> = (0..commands).map(|n| tap(&tenant, n)).collect();
    #[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
    let began = std::time::Instant::now();
    for (turn, asks) in (0_i64..).zip(asks.chunks(batch)) {
        for verdict in store.commit(asks, now.plus_ms(turn))? {
            verdict?;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
    Ok(commands as f64 / began.elapsed().as_secs_f64())
}

fn file() -> String {
    let people: Vec<_> = (0..PEOPLE)
        .map(|n| format!(r#"{{"id":"{n}","first_name":"Person","last_name":"{n}"}}"#))
        .collect();
    format!(
        r#"{{"tenant":{{"id":"t","name":"T"}},
            "accounts":[{{"id":"ann","role":"admin","first_name":"Ann"}}],
            "gatherings":[{{"id":"1","name":"Sunday Service"}}],"people":[{}]}}"#,
        people.join(",")
    )
}

/// The `n`th tap: everybody in turn, present and absent in turn, on a new date now and then.
fn tap(tenant: &TenantId, n: usize) -> Ask {
    let round = n / PEOPLE;
    let day = i8::try_from(round / 10 % 28).unwrap_or(0) + 1;
    let person = PersonId::new((n % PEOPLE).to_string());
    let status = if round.is_multiple_of(2) { Status::Present } else { Status::Absent };
    Ask {
        tenant: tenant.clone(),
        by: By::Account(AccountId::new("ann")),
        id: Some(CommandId::new(uuid::Uuid::new_v4().to_string())),
        command: Command::MarkSheet {
            gathering: GatheringId::new("1"),
            date: Date::new(2026, 11, day).expect("a day of November"),
            changes: vec![MarkChange::of(person, status)],
            rule: MergeRule::Native,
        },
        fresh: String::new(),
    }
}
