//! The least of PDF 1.4 (ISO 32000) that a card needs: one page, one font, black bars.

use std::fmt::Write;

/// One page being drawn; measures are points from the lower left corner.
pub(super) struct Page {
    width_pt: f64,
    height_pt: f64,
    content: String,
}

impl Page {
    pub(super) fn new(width_pt: f64, height_pt: f64) -> Self {
        Self { width_pt, height_pt, content: String::new() }
    }

    /// A line of text. What the standard fonts cannot show becomes a question mark.
    pub(super) fn text(&mut self, x: f64, y: f64, size_pt: f64, text: &str) {
        let shown = escaped(text);
        self.draw(format_args!("BT /F1 {size_pt:.1} Tf {x:.2} {y:.2} Td ({shown}) Tj ET\n"));
    }

    /// A black rectangle.
    pub(super) fn bar(&mut self, x: f64, y: f64, width: f64, height: f64) {
        self.draw(format_args!("{x:.3} {y:.3} {width:.3} {height:.3} re f\n"));
    }

    fn draw(&mut self, what: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.content.write_fmt(what);
    }

    /// The whole file. All of it is ASCII, so that characters count as bytes.
    pub(super) fn finish(self) -> Vec<u8> {
        let Self { width_pt, height_pt, content } = self;
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width_pt:.2} {height_pt:.2}] \
                 /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            ),
            format!("<< /Length {} >>\nstream\n{content}endstream", content.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
                .to_owned(),
        ];
        let mut file = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (object, number) in objects.iter().zip(1..) {
            places.push(file.len());
            file += &format!("{number} 0 obj\n{object}\nendobj\n");
        }
        let table_at = file.len();
        let size = objects.len() + 1;
        file += &format!("xref\n0 {size}\n0000000000 65535 f \n");
        for place in places {
            file += &format!("{place:010} 00000 n \n");
        }
        file += &format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table_at}\n%%EOF\n");
        file.into_bytes()
    }
}

/// A text between parentheses, in `WinAnsiEncoding`, which agrees with Latin-1 where both show
/// something.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '(' | ')' | '\\' => shown.extend(['\\', character]),
            ' '..='~' => shown.push(character),
            '\u{a0}'..='\u{ff}' => shown += &format!("\\{:03o}", u32::from(character)),
            _ => shown.push('?'),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_shown_as_far_as_it_can_be() {
        assert_eq!(escaped(r"a(b)\c"), r"a\(b\)\\c");
        assert_eq!(escaped("Zoë Łuk\n"), "Zo\\353 ?uk?");
    }

    #[test]
    fn every_object_stands_where_the_table_says() {
        let mut page = Page::new(100.0, 50.0);
        page.text(1.0, 2.0, 10.0, "Ann");
        page.bar(1.0, 1.0, 2.0, 3.0);
        let file = String::from_utf8(page.finish()).unwrap();
        let table_at: usize =
            file.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        let table = &file[table_at..];
        assert!(table.starts_with("xref\n0 6\n"));
        for (line, number) in table.lines().skip(3).take(5).zip(1..) {
            let place: usize = line[..10].parse().unwrap();
            assert!(file[place..].starts_with(&format!("{number} 0 obj\n")), "{line}");
        }
        let (_, stream) = file.split_once("stream\n").unwrap();
        let (content, _) = stream.split_once("endstream").unwrap();
        assert!(file.contains(&format!("/Length {} ", content.len())));
    }
}
