//! Takes Rust text apart into code and comments, as far as tidy needs it.

/// The text twice, line by line as long as it was: once with comments and quoted text blank,
/// once with everything but comments blank.
pub fn apart(text: &str) -> (String, String) {
    let mut rest = text;
    let (mut code, mut comments) = (String::new(), String::new());
    let mut before = ' ';
    while !rest.is_empty() {
        let (kind, length) = piece(rest, before);
        let (piece, after) = rest.split_at(length);
        match kind {
            Kind::Code => {
                code.push_str(piece);
                blank(&mut comments, piece);
            }
            Kind::Quoted => {
                // Quotes stay, so that two words beside one do not become one word.
                code.push('"');
                blank(&mut code, &piece[1..]);
                blank(&mut comments, piece);
            }
            Kind::Comment => {
                blank(&mut code, piece);
                comments.push_str(piece);
            }
        }
        before = piece.chars().next_back().unwrap_or(' ');
        rest = after;
    }
    (code, comments)
}

#[derive(Clone, Copy)]
enum Kind {
    Code,
    Quoted,
    Comment,
}

fn blank(out: &mut String, piece: &str) {
    out.extend(piece.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
}

/// What `rest` begins with, and how many bytes belong to it.
fn piece(rest: &str, before: char) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    let in_word = before.is_alphanumeric() || before == '_';
    if let Some(length) = raw_string(rest).filter(|_| !in_word) {
        return (Kind::Quoted, length);
    }
    if rest.starts_with('"') {
        return (Kind::Quoted, until_quote(rest, '"'));
    }
    if rest.starts_with('\'') && is_letter_literal(rest) {
        return (Kind::Quoted, until_quote(rest, '\''));
    }
    (Kind::Code, rest.chars().next().map_or(1, char::len_utf8))
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, `br"…"`, `cr"…"`: the length, if it is one.
fn raw_string(rest: &str) -> Option<usize> {
    let after = ["r", "br", "cr"].iter().find_map(|start| rest.strip_prefix(start))?;
    let opened = after.trim_start_matches('#');
    let hashes = &after[..after.len() - opened.len()];
    let body = opened.strip_prefix('"')?;
    let close = format!("\"{hashes}");
    let end = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(rest.len() - body.len() + end)
}

fn until_quote(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A letter in quotes, as opposed to a lifetime.
fn is_letter_literal(rest: &str) -> bool {
    let mut letters = rest.chars().skip(1);
    match letters.next() {
        Some('\\') => true,
        Some(_) => letters.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::apart;

    fn code(text: &str) -> String {
        apart(text).0.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn code_is_left_without_comments_and_quotes() {
        for (text, left) in [
            ("let a = 1; // two", "let a = 1;"),
            ("a /* b /* c */ d */ e", "a e"),
            (r#"say("// no \" comment") + b"#, r#"say(" ) + b"#),
            ("x(r#\"a \" b\"#) + y", "x(\" ) + y"),
            ("if c == '\"' { d }", "if c == \" { d }"),
            (r"match '\'' { 'x' => 1 }", "match \" { \" => 1 }"),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ("bar\"quoted\"", "bar\""),
            ("\"never closed", "\""),
        ] {
            assert_eq!(code(text), left, "{text}");
        }
    }

    #[test]
    fn comments_are_kept_in_their_place() {
        let (code, comments) = apart("a // é b\nc /* d\ne */ f");
        assert_eq!(comments, "  // é b\n  /* d\ne */  ");
        assert_eq!(code, "a       \nc     \n     f");
    }
}
