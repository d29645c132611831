//! The tree as tidy sees it: Rust files with code and comments apart, and other text.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use super::lexer;

/// A Rust file.
pub struct Source {
    /// From the root, with forward slashes.
    pub file: String,
    /// Its lines, in order.
    pub lines: Vec<Line>,
}

/// A line, taken apart. Each part keeps the columns of the whole.
pub struct Line {
    /// As written.
    pub raw: String,
    /// Without comments and without what stands in quotes.
    pub code: String,
    /// Only what stands in comments.
    pub comment: String,
    /// Whether it is compiled for tests alone.
    pub test: bool,
}

impl Source {
    /// Reads `text` as the contents of `file`.
    pub fn new(file: &str, text: &str) -> Self {
        let (code, comments) = lexer::apart(text);
        let mut lines: Vec<Line> = text
            .lines()
            .zip(code.lines())
            .zip(comments.lines())
            .map(|((raw, code), comment)| Line {
                raw: raw.to_owned(),
                code: code.to_owned(),
                comment: comment.to_owned(),
                test: is_test_file(file),
            })
            .collect();
        mark_test_modules(&mut lines);
        Self { file: file.to_owned(), lines }
    }

    /// Lines with their number, counted from one.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &Line)> {
        (1..).zip(&self.lines)
    }

    /// The same, without lines that only tests see.
    pub fn product(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.numbered().filter(|(_, line)| !line.test)
    }
}

fn is_test_file(file: &str) -> bool {
    file.ends_with("/tests.rs")
        || file.ends_with("_tests.rs")
        || ["/tests/", "/benches/", "/fuzz/"].iter().any(|folder| file.contains(folder))
}

/// Marks what stands between the braces after `#[cfg(test)]`.
fn mark_test_modules(lines: &mut [Line]) {
    let mut at = 0;
    while at < lines.len() {
        if !lines[at].code.contains("#[cfg(test)]") {
            at += 1;
            continue;
        }
        let end = end_of_item(lines, at);
        for line in &mut lines[at..=end] {
            line.test = true;
        }
        at = end + 1;
    }
}

/// The last line of the item that starts at `start`: where its braces close, or its semicolon.
pub fn end_of_item(lines: &[Line], start: usize) -> usize {
    let (mut braces, mut brackets) = (0_usize, 0_usize);
    for (at, line) in lines.iter().enumerate().skip(start) {
        for letter in line.code.chars() {
            match letter {
                '{' => braces += 1,
                '}' if braces <= 1 => return at,
                '}' => braces -= 1,
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets = brackets.saturating_sub(1),
                ';' if braces == 0 && brackets == 0 => return at,
                _ => {}
            }
        }
    }
    lines.len().saturating_sub(1)
}

/// Every Rust file of the tree, in order.
pub fn rust_files(root: &Path) -> Result<Vec<Source>> {
    let files = read(root, &["rs"])?;
    Ok(files.iter().map(|(file, text)| Source::new(file, text)).collect())
}

/// Every file that people write.
pub fn text_files(root: &Path) -> Result<Vec<(String, String)>> {
    read(root, &["rs", "md", "toml", "sql", "mjs", "ts", "tsx", "svelte", "css", "html", "json"])
}

fn read(root: &Path, extensions: &[&str]) -> Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    walk(root, &mut paths)?;
    let mut files = Vec::new();
    for path in paths {
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| extensions.contains(&extension)) {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.push((name, fs::read_to_string(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || ["target", "node_modules", "dist", "out"].contains(&&*name) {
            continue;
        }
        if path.is_dir() {
            walk(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn a_test_module_ends_where_its_braces_do() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {\n  }\n}\nfn c() {}\n";
        let lines = Source::new("crates/core/src/a.rs", text).lines;
        let tests: Vec<bool> = lines.iter().map(|line| line.test).collect();
        assert_eq!(tests, [false, true, true, true, true, true, false]);
    }

    #[test]
    fn a_test_module_in_its_own_file_is_one_line_here() {
        let lines = Source::new("a.rs", "#[cfg(test)]\nmod tests;\nfn c() {}\n").lines;
        assert!(lines[1].test && !lines[2].test);
    }
}
