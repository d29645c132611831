//! `openapi`: `docs/openapi/DIALECT.json`, written by the program itself.

use std::{fs, io::ErrorKind};

use anyhow::{Context as _, Result, bail};

use crate::run::{self, cargo};

const DIALECTS: [&str; 5] = ["native", "church", "gym", "bioattend", "school"];

/// Compares each dialect's description with the one kept; with `update`, keeps the new one.
/// A dialect the program does not describe has no file.
pub fn perform(update: bool) -> Result<()> {
    run::wait(&mut cargo("build --quiet --package rollcall"))?;
    let folder = run::root().join("docs/openapi");
    for dialect in DIALECTS {
        let file = folder.join(dialect).with_extension("json");
        let kept = match fs::read_to_string(&file) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).context("cannot read docs/openapi"),
        };
        match (described(dialect)?, kept) {
            (None, None) => println!("{dialect}: not described by the program"),
            (None, Some(_)) => bail!("{dialect}: kept, but the program does not describe it"),
            (Some(now), Some(kept)) if now == kept => {}
            (Some(now), _) if update => {
                fs::create_dir_all(&folder)?;
                fs::write(&file, now)?;
                println!("{dialect}: written");
            }
            (Some(_), _) => {
                bail!("docs/openapi/{dialect}.json is out of date: `cargo xtask openapi --update`")
            }
        }
    }
    Ok(())
}

fn described(dialect: &str) -> Result<Option<String>> {
    let program = run::built()?.join("rollcall");
    let mut ask = run::command(&program.to_string_lossy());
    let answer = run::answer(ask.args(["openapi", "--dialect", dialect]));
    Ok(answer.filter(|text| text.starts_with('{')))
}
