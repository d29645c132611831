//! What connections kept under their names, in a file, so that a restart finds it (church 2.23).
//!
//! A line is a JSON list of tenant, name and text; the last line of a name counts. Nothing is
//! flushed: what outlives the process is enough, and a client whose line is lost in a power cut
//! only hears more than it asked for.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use rollcall_core::id::TenantId;

/// Names that are read again after a restart, the latest: church 2.23 asks for a day of them.
const NAMES_MAX: usize = 20_000;

/// Lines after which the file is written anew with one line a name: some 15 MB.
const LINES_MAX: usize = 5 * NAMES_MAX;

/// The file's name, beside the database.
const FILE: &str = "kept.jsonl";

type Names = HashMap<(TenantId, Arc<str>), Arc<str>>;

/// The file of one data directory.
#[derive(Debug)]
pub struct KeptFile {
    path: PathBuf,
    file: File,
    lines: usize,
    before: Names,
}

impl KeptFile {
    /// The file beside that database. `None` without a database, or if there can be no file: then
    /// clients that come back after a restart hear of every sheet that they may see.
    #[must_use]
    pub fn beside(database: Option<&Path>) -> Option<Self> {
        let path = database?.with_file_name(FILE);
        match Self::open(&path) {
            Ok(kept) => Some(kept),
            Err(error) => {
                tracing::warn!(%error, file = %path.display(), "rooms will not outlive a restart");
                None
            }
        }
    }

    fn open(path: &Path) -> std::io::Result<Self> {
        let before = read(path);
        let file = write(path, &before)?;
        Ok(Self { path: path.to_owned(), file, lines: before.len(), before })
    }

    /// What was kept before this start; once.
    pub fn take(&mut self) -> Names {
        std::mem::take(&mut self.before)
    }

    /// Keeps a text under a name.
    pub fn keep(&mut self, tenant: &TenantId, name: &str, text: &str) {
        let line = line(tenant, name, text);
        if let Err(error) = self.add(&line) {
            tracing::warn!(%error, file = %self.path.display(), "a client's rooms were not kept");
        }
    }

    fn add(&mut self, line: &str) -> std::io::Result<()> {
        self.file.write_all(line.as_bytes())?;
        self.lines += 1;
        if self.lines >= LINES_MAX {
            let names = read(&self.path);
            self.file = write(&self.path, &names)?;
            self.lines = names.len();
        }
        Ok(())
    }
}

fn line(tenant: &TenantId, name: &str, text: &str) -> String {
    let mut line = serde_json::json!([tenant, name, text]).to_string();
    line.push('\n');
    line
}

/// The last text of each of the latest names. A line that was cut off is passed over.
fn read(path: &Path) -> Names {
    let Ok(file) = File::open(path) else { return Names::new() };
    let mut names: HashMap<_, (usize, Arc<str>)> = HashMap::new();
    for (number, line) in BufReader::new(file).lines().map_while(Result::ok).enumerate() {
        if let Ok((tenant, name, text)) = serde_json::from_str::<(TenantId, String, String)>(&line)
        {
            names.insert((tenant, Arc::from(name)), (number, Arc::from(text)));
        }
    }
    let mut numbers: Vec<_> = names.values().map(|(number, _)| *number).collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    let oldest = numbers.get(NAMES_MAX - 1).copied().unwrap_or(0);
    names.retain(|_, (number, _)| *number >= oldest);
    names.into_iter().map(|(name, (_, text))| (name, text)).collect()
}

/// Writes the file anew, so that a crash leaves the old one or the new one.
fn write(path: &Path, names: &Names) -> std::io::Result<File> {
    let fresh = path.with_extension("new");
    let mut file = BufWriter::new(File::create(&fresh)?);
    for ((tenant, name), text) in names {
        file.write_all(line(tenant, name, text).as_bytes())?;
    }
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    std::fs::rename(&fresh, path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn open(directory: &tempfile::TempDir) -> KeptFile {
        KeptFile::beside(Some(&directory.path().join("rollcall.sqlite3"))).unwrap()
    }

    fn text(names: &Names, tenant: &str, name: &str) -> Option<String> {
        names.get(&(tenant.into(), name.into())).map(|text| text.to_string())
    }

    #[test]
    fn church_2_23_the_last_text_of_a_name_outlives_the_program_and_a_torn_line() {
        let directory = directory();
        let mut kept = open(&directory);
        assert!(kept.take().is_empty());
        for (tenant, text) in [("a", "one"), ("b", "other"), ("a", "two\n\"")] {
            kept.keep(&tenant.into(), "n", text);
        }
        kept.file.write_all(b"[\"a\",\"n\",\"cut o").unwrap();
        drop(kept);
        for _ in 0..2 {
            let names = open(&directory).take();
            assert_eq!(text(&names, "a", "n").as_deref(), Some("two\n\""));
            assert_eq!(text(&names, "b", "n").as_deref(), Some("other"));
        }
    }

    #[test]
    fn the_file_does_not_grow_for_ever_and_forgets_the_oldest_names() {
        let directory = directory();
        let mut kept = open(&directory);
        for number in 0..LINES_MAX + 5 {
            let name = (number % (NAMES_MAX + 10)).to_string();
            kept.keep(&"a".into(), &name, &number.to_string());
        }
        assert!(kept.lines <= NAMES_MAX + 5, "{}", kept.lines);
        let names = open(&directory).take();
        assert!(names.len() <= NAMES_MAX, "{}", names.len());
        let last = LINES_MAX + 4;
        let name = (last % (NAMES_MAX + 10)).to_string();
        assert_eq!(text(&names, "a", &name), Some(last.to_string()));
    }
}
