//! Long files, held by a ratchet: those that are long may only shrink, and none may join them
//! without a line in the list.

use std::collections::BTreeMap;

use super::{Finding, source::Source};

/// The list of long files: `"path" = lines`, one a line.
pub const RATCHET: &str = "xtask/ratchet.toml";

const FILE_LINES_SMELL: usize = 400;
const FILE_LINES_MAX: usize = 600;

/// Files that are too long, and lines of the ratchet that no longer fit.
pub fn findings(ratchet: &str, sources: &[Source]) -> Vec<Finding> {
    let listed = listed(ratchet);
    let mut found = Vec::new();
    for Source { file, lines } in sources {
        let size = lines.len();
        let allowed = listed.get(&**file).map_or(FILE_LINES_SMELL, |(_, allowed)| *allowed);
        if size > FILE_LINES_MAX {
            let what = format!("{size} lines, {FILE_LINES_MAX} are the most");
            found.push(Finding::new(file, 1, what, "divide it by what changes together"));
        } else if size > allowed {
            let what = format!("{size} lines, {allowed} allowed");
            let instead = "divide it by what changes together; a long file may only shrink";
            found.push(Finding::new(file, 1, what, instead));
        }
    }
    for (file, (line, allowed)) in listed {
        let now = size_now(sources, file);
        if now.is_none_or(|now| now < allowed) {
            let now = now.map_or("gone".to_owned(), |now| format!("{now} lines"));
            let what = format!("{file} is {now}, the ratchet says {allowed}");
            found.push(Finding::new(RATCHET, line, what, "run `cargo xtask tidy --ratchet`"));
        }
    }
    found
}

/// The list with present sizes where they are lower, without files that are short or gone.
pub fn lower(ratchet: &str, sources: &[Source]) -> String {
    let mut lowered = String::new();
    for line in ratchet.lines() {
        match entry(line) {
            None => lowered += &format!("{line}\n"),
            Some((file, allowed)) => {
                if let Some(now) = size_now(sources, file) {
                    lowered += &format!("\"{file}\" = {}\n", now.min(allowed));
                }
            }
        }
    }
    lowered
}

/// The file's size, if it still is a long one.
fn size_now(sources: &[Source], file: &str) -> Option<usize> {
    let size = sources.iter().find(|source| source.file == file)?.lines.len();
    (size > FILE_LINES_SMELL).then_some(size)
}

fn listed(ratchet: &str) -> BTreeMap<&str, (usize, usize)> {
    let lines = (1..).zip(ratchet.lines());
    lines
        .filter_map(|(number, line)| entry(line).map(|(file, size)| (file, (number, size))))
        .collect()
}

fn entry(line: &str) -> Option<(&str, usize)> {
    let (file, size) = line.split_once(" = ")?;
    Some((file.strip_prefix('"')?.strip_suffix('"')?, size.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Source, findings, lower};

    fn tree(lines: usize) -> Vec<Source> {
        vec![Source::new("a.rs", &"x\n".repeat(lines))]
    }

    #[test]
    fn a_long_file_may_only_shrink_and_a_giant_never_pass() {
        for (listed, lines, found) in [
            ("", 400, 0),
            ("", 401, 1),
            ("\"a.rs\" = 450", 450, 0),
            ("\"a.rs\" = 450", 451, 1),
            ("\"a.rs\" = 450", 449, 1),
            ("\"a.rs\" = 450", 100, 1),
            ("\"a.rs\" = 700", 700, 1),
            ("\"b.rs\" = 450", 1, 1),
        ] {
            assert_eq!(findings(listed, &tree(lines)).len(), found, "{listed}, {lines}");
        }
    }

    #[test]
    fn lowering_never_raises_and_keeps_comments() {
        let list = "# why\n\"a.rs\" = 450\n";
        assert_eq!(lower(list, &tree(420)), "# why\n\"a.rs\" = 420\n");
        assert_eq!(lower(list, &tree(500)), list);
        assert_eq!(lower(list, &tree(30)), "# why\n");
    }
}
