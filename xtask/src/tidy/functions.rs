//! Long functions: 40 lines fit a screen, 70 are the end.

use super::{
    Finding,
    source::{self, Source},
};

const FUNCTION_LINES_MAX: usize = 70;

/// Functions of the product that are too long, by name.
pub fn findings(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in source.product() {
        let Some(name) = name(&line.code) else { continue };
        let length = source::end_of_item(&source.lines, number - 1) + 2 - number;
        if length > FUNCTION_LINES_MAX {
            let what = format!("`{name}` has {length} lines, {FUNCTION_LINES_MAX} are the most");
            let instead = "give its parts names, branches above and loops below";
            found.push(Finding::new(&source.file, number, what, instead));
        }
    }
    found
}

/// The name of the function whose signature starts on this line.
pub fn name(code: &str) -> Option<&str> {
    let at = if code.starts_with("fn ") { 0 } else { code.find(" fn ")? + 1 };
    let name = code[at + 3..].trim_start();
    let end = name.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let name = &name[..end.unwrap_or(name.len())];
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Source, findings};

    #[test]
    fn the_seventy_first_line_is_found() {
        for (inner, expected) in [(68, 0), (69, 1)] {
            let text =
                format!("pub fn a() {{\n{}}}\nfn b(x: [u8; 2]) {{}}\n", "x;\n".repeat(inner));
            assert_eq!(findings(&Source::new("a.rs", &text)).len(), expected, "{inner}");
        }
    }

    #[test]
    fn a_signature_without_a_body_is_short() {
        let text = format!("fn a(x: [u8; 2]);\n{}", "x;\n".repeat(100));
        assert_eq!(findings(&Source::new("a.rs", &text)), []);
    }
}
