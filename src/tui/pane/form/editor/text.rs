//! The lines of a text, and places in it. What a key does costs what it changes, not what there is.

use unicode_segmentation::UnicodeSegmentation as _;

/// A place between two characters: a line, and a byte of it; both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub at: usize,
}

/// A text by its lines; there is always one.
#[derive(Debug)]
pub struct Text {
    lines: Vec<String>,
    bytes: usize,
}

impl Text {
    pub fn new(text: &str) -> Self {
        Self { lines: text.split('\n').map(str::to_owned).collect(), bytes: text.len() }
    }

    pub fn whole(&self) -> String {
        self.lines.join("\n")
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// A line; empty behind the last one.
    pub fn line(&self, index: usize) -> &str {
        self.lines.get(index).map_or("", String::as_str)
    }

    pub fn end(&self) -> Place {
        let line = self.lines.len() - 1;
        Place { line, at: self.lines[line].len() }
    }

    /// The byte of the whole text that a place is at.
    pub fn byte_of(&self, place: Place) -> usize {
        self.lines[..place.line].iter().map(|line| line.len() + 1).sum::<usize>() + place.at
    }

    /// The place of a byte of the whole text.
    pub fn place_of(&self, byte: usize) -> Place {
        let mut at = byte;
        for (line, text) in self.lines.iter().enumerate() {
            if at <= text.len() {
                return Place { line, at };
            }
            at -= text.len() + 1;
        }
        self.end()
    }

    /// The nearest place that there is.
    pub fn clamp(&self, place: Place) -> Place {
        let line = place.line.min(self.lines.len() - 1);
        Place { line, at: self.lines[line].floor_char_boundary(place.at) }
    }

    /// What stands between two places, the first of which is not behind the second.
    pub fn slice(&self, from: Place, to: Place) -> String {
        if from.line == to.line {
            return self.lines[from.line][from.at..to.at].to_owned();
        }
        let mut text = self.lines[from.line][from.at..].to_owned();
        for line in &self.lines[from.line + 1..to.line] {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text.push_str(&self.lines[to.line][..to.at]);
        text
    }

    /// Puts a text in place of what stands between two places; returns what stood there, and the end of the new text.
    pub fn replace(&mut self, from: Place, to: Place, text: &str) -> (String, Place) {
        let removed = self.slice(from, to);
        self.bytes = self.bytes + text.len() - removed.len();
        if from.line == to.line && !text.contains('\n') {
            self.lines[from.line].replace_range(from.at..to.at, text);
            return (removed, Place { at: from.at + text.len(), ..from });
        }
        let tail = self.lines[to.line].split_off(to.at);
        self.lines[from.line].truncate(from.at);
        let mut parts = text.split('\n');
        self.lines[from.line].push_str(parts.next().unwrap_or_default());
        self.lines.splice(from.line + 1..=to.line, parts.map(str::to_owned));
        let line = from.line + text.matches('\n').count();
        let at = self.lines[line].len();
        self.lines[line].push_str(&tail);
        (removed, Place { line, at })
    }

    /// The place one character, as a person sees them, before this one.
    pub fn before(&self, place: Place) -> Option<Place> {
        if let Some(character) = self.line(place.line)[..place.at].graphemes(true).next_back() {
            return Some(Place { at: place.at - character.len(), ..place });
        }
        let line = place.line.checked_sub(1)?;
        Some(Place { line, at: self.lines[line].len() })
    }

    /// The place one character behind this one.
    pub fn after(&self, place: Place) -> Option<Place> {
        match self.line(place.line)[place.at..].graphemes(true).next() {
            Some(character) => Some(Place { at: place.at + character.len(), ..place }),
            None => (place.line + 1 < self.lines.len()).then_some(Place { line: place.line + 1, at: 0 }),
        }
    }

    /// The beginning of the word before a place.
    pub fn word_before(&self, place: Place, is_part: fn(char) -> bool) -> Option<Place> {
        let head = self.line(place.line)[..place.at].trim_end_matches(|c| !is_part(c));
        if head.is_empty() && place.at == 0 {
            return self.before(place);
        }
        Some(Place { at: head.trim_end_matches(is_part).len(), ..place })
    }

    /// The end of the word behind a place.
    pub fn word_after(&self, place: Place) -> Option<Place> {
        let rest = &self.line(place.line)[place.at..];
        if rest.is_empty() {
            return self.after(place);
        }
        let left = rest.trim_start_matches(|c| !is_word(c)).trim_start_matches(is_word);
        Some(Place { at: place.at + rest.len() - left.len(), ..place })
    }
}

/// Whether a character is part of a word.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a character is no blank: words as a shell has them.
pub fn is_dark(c: char) -> bool {
    !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, at: usize) -> Place {
        Place { line, at }
    }

    #[test]
    fn a_replacement_gives_back_what_undoes_it() {
        for (from, to, text) in [
            (at(0, 1), at(0, 2), "é"),
            (at(0, 3), at(2, 1), ""),
            (at(1, 0), at(1, 0), "x\n\ny"),
            (at(0, 0), at(2, 5), "one\ntwo"),
            (at(2, 5), at(2, 5), "\n"),
        ] {
            let before = "one\ntwo\nthree";
            let mut lines = Text::new(before);
            let (removed, end) = lines.replace(from, to, text);
            assert_eq!(lines.slice(from, end), text);
            assert_eq!(lines.bytes(), lines.whole().len());
            let (back, again) = lines.replace(from, end, &removed);
            assert_eq!((back.as_str(), again, lines.whole().as_str()), (text, to, before));
        }
    }

    #[test]
    fn a_step_is_a_character_as_a_person_sees_it() {
        let text = Text::new("e\u{301}👨‍👩‍👧\nb");
        let mut places = vec![at(0, 0)];
        while let Some(next) = text.after(places[places.len() - 1]) {
            places.push(next);
        }
        assert_eq!(places, [at(0, 0), at(0, 3), at(0, 21), at(1, 0), at(1, 1)]);
        while let Some(last) = places.pop() {
            assert_eq!(text.before(last), places.last().copied());
        }
    }

    #[test]
    fn words_are_letters_and_shell_words_are_anything() {
        let text = Text::new("one-two  three");
        assert_eq!(text.word_before(at(0, 9), is_word), Some(at(0, 4)));
        assert_eq!(text.word_before(at(0, 9), is_dark), Some(at(0, 0)));
        assert_eq!(text.word_after(at(0, 7)), Some(at(0, 14)));
        assert_eq!(text.word_after(at(0, 14)), None);
    }
}
