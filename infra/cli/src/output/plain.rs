//! What came from outside, as a terminal may show it.

use std::borrow::Cow;

/// Text of a payload, or of whatever else came from outside, as one line for a terminal. What would move the cursor,
/// change colours or turn the direction of writing is spelled as in JSON.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    spelled(text, is_unfit)
}

/// Likewise, of several lines, and with tabs.
#[must_use]
pub fn plain_lines(text: &str) -> Cow<'_, str> {
    let text = if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    let is_unfit = |character| is_unfit(character) && character != '\n' && character != '\t';
    match text {
        Cow::Borrowed(text) => spelled(text, is_unfit),
        Cow::Owned(text) => Cow::Owned(spelled(&text, is_unfit).into_owned()),
    }
}

/// All of them are of the Basic Multilingual Plane, whose characters JSON escapes in four digits. JSON itself lets many of
/// them stand.
fn spelled(text: &str, is_unfit: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_unfit) {
        return Cow::Borrowed(text);
    }
    let spell = |character| {
        if is_unfit(character) { format!("\\u{:04x}", u32::from(character)) } else { String::from(character) }
    };
    Cow::Owned(text.chars().map(spell).collect())
}

/// Controls, among them those of ISO 6429 in one character; line and paragraph separators; marks, embeddings, overrides
/// and isolates of the bidirectional algorithm (UAX #9).
fn is_unfit(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_spelled_and_all_else_stands() {
        for (text, one, several) in [
            ("T49098.34277 Zoë 警備", "T49098.34277 Zoë 警備", "T49098.34277 Zoë 警備"),
            ("\u{1b}[2J", r"\u001b[2J", r"\u001b[2J"),
            ("\u{9b}2J\u{7f}", r"\u009b2J\u007f", r"\u009b2J\u007f"),
            ("\u{202e}gpj", r"\u202egpj", r"\u202egpj"),
            ("a\r\nb\rc\td", r"a\u000d\u000ab\u000dc\u0009d", "a\nb\\u000dc\td"),
        ] {
            assert_eq!((&*plain(text), &*plain_lines(text)), (one, several), "{text:?}");
        }
    }
}
