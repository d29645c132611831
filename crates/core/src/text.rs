//! Free text is kept as it was given; only control characters are taken out (gym G10.3).

/// One line: no control characters, no white space around it.
#[must_use]
pub fn line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// Several lines: line breaks and tabs stay, other control characters go.
#[must_use]
pub fn lines(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_3_control_characters_go_and_line_breaks_of_notes_stay() {
        assert_eq!(line(" a\u{0}b\r\nc "), "abc");
        assert_eq!(lines("a\u{0}\r\nb"), "a\nb");
    }
}
