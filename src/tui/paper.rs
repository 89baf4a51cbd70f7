//! Whether the terminal's paper is light: asked with OSC 11, and read from the terminal's own answer.
//!
//! The answer comes as if it were typed, at once, late, or never. Nobody waits for it: it is picked out of the
//! events, wherever it comes among them, and whatever turns out to be no answer goes on as the keys it was. Without
//! that a late answer would be keys that start runs.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// The question; terminals that do not know it say nothing.
pub const QUESTION: &str = "\x1b]11;?\x1b\\";
/// What every answer begins with, after ESC and `]`.
const HEAD: &str = "11;rgb";
/// No answer is longer: `11;rgba:ffff/ffff/ffff/ffff`.
const LONGEST: usize = 32;

/// What the events before have been so far.
#[derive(Debug, Default)]
enum Read {
    /// Keys.
    #[default]
    Keys,
    /// An escape key, which may be the first byte of an answer that came in two parts.
    Escape,
    /// What may be an answer: its events, and its text after `]`.
    Answer { held: Vec<Event>, text: String },
}

/// Picks the answer out of the events.
#[derive(Debug, Default)]
pub struct Paper {
    read: Read,
    /// The answer has come, or was never asked for.
    done: bool,
}

/// What an event was.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// No part of an answer: these events, in their order; none while it may be one.
    Events(Vec<Event>),
    /// The last part of the answer: whether the paper is light, where that can be read.
    Answer(Option<bool>),
}

impl Paper {
    /// For a terminal that is not asked.
    #[must_use]
    pub fn unasked() -> Self {
        Self { read: Read::Keys, done: true }
    }

    /// Takes the next event.
    pub fn take(&mut self, event: Event) -> Taken {
        if self.done {
            return Taken::Events(vec![event]);
        }
        let key = key(&event);
        match (std::mem::take(&mut self.read), key) {
            (Read::Answer { held, .. }, Some((']', true))) => {
                self.begin(event);
                Taken::Events(held)
            }
            (Read::Keys | Read::Escape, Some((']', true))) | (Read::Escape, Some((']', false))) => {
                self.begin(event);
                Taken::Events(Vec::new())
            }
            (Read::Answer { held, text }, key) => self.go_on(event, key, held, text),
            (Read::Keys | Read::Escape, _) => {
                if is_escape(&event) {
                    self.read = Read::Escape;
                }
                Taken::Events(vec![event])
            }
        }
    }

    fn begin(&mut self, event: Event) {
        self.read = Read::Answer { held: vec![event], text: String::new() };
    }

    /// One more event of what may be an answer.
    fn go_on(
        &mut self,
        event: Event,
        key: Option<(char, bool)>,
        mut held: Vec<Event>,
        mut text: String,
    ) -> Taken {
        let whole = text.len() > HEAD.len();
        let after_escape = held.last().is_some_and(is_escape);
        match key {
            // BEL, ESC and `\`, or the two as one key.
            Some(('\u{7}' | '\\', _)) if whole => {
                self.done = true;
                return Taken::Answer(is_light(&text));
            }
            Some((character, false)) if fits(&text, character) && !after_escape => text.push(character),
            None if whole && is_escape(&event) => {}
            Some(_) | None => {
                held.push(event);
                return Taken::Events(held);
            }
        }
        held.push(event);
        self.read = Read::Answer { held, text };
        Taken::Events(Vec::new())
    }
}

/// Whether an answer can go on with this character.
fn fits(text: &str, character: char) -> bool {
    match HEAD.chars().nth(text.len()) {
        Some(expected) => character == expected,
        None => {
            text.len() < LONGEST && matches!(character, 'a' | ':' | '/' | '0'..='9' | 'b'..='f' | 'A'..='F')
        }
    }
}

/// The character of a pressed key, and whether it came with ESC before it; BEL for its control key.
fn key(event: &Event) -> Option<(char, bool)> {
    let Event::Key(KeyEvent { code: KeyCode::Char(character), modifiers, kind, .. }) = event else {
        return None;
    };
    if *kind == KeyEventKind::Release {
        return None;
    }
    match modifiers.difference(KeyModifiers::SHIFT) {
        KeyModifiers::NONE => Some((*character, false)),
        KeyModifiers::ALT => Some((*character, true)),
        KeyModifiers::CONTROL if *character == 'g' => Some(('\u{7}', false)),
        _ => None,
    }
}

fn is_escape(event: &Event) -> bool {
    matches!(event, Event::Key(KeyEvent { code: KeyCode::Esc, .. }))
}

/// Whether `11;rgb:ffff/ffff/ffff` is lighter than the middle; each part has one to four hexadecimal digits.
fn is_light(text: &str) -> Option<bool> {
    let (_, parts) = text.split_once(':')?;
    let mut shares = parts.split('/').map(|part| {
        let most =
            16_u32.checked_pow(u32::try_from(part.len()).ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
        Some(u32::from_str_radix(part, 16).ok()? * 1000 / most)
    });
    let (red, green, blue) = (shares.next()??, shares.next()??, shares.next()??);
    Some(red * 2126 + green * 7152 + blue * 722 > 1000 * 10_000 / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(character: char) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE))
    }

    fn alt(character: char) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(character), KeyModifiers::ALT))
    }

    fn escape() -> Event {
        Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE))
    }

    fn bell() -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL))
    }

    /// The events of an answer as they come from the terminal.
    fn answer(text: &str, end: Vec<Event>) -> Vec<Event> {
        std::iter::once(alt(']')).chain(text.chars().map(typed)).chain(end).collect()
    }

    /// What comes out: the events, and the answers.
    fn take(events: Vec<Event>) -> (Vec<Event>, Vec<Option<bool>>) {
        let mut paper = Paper::default();
        let (mut out, mut found) = (Vec::new(), Vec::new());
        for event in events {
            match paper.take(event) {
                Taken::Events(events) => out.extend(events),
                Taken::Answer(light) => found.push(light),
            }
        }
        (out, found)
    }

    #[test]
    fn an_answer_is_read_and_the_keys_around_it_stay() {
        for (text, light) in [
            ("11;rgb:ffff/ffff/ffff", Some(true)),
            ("11;rgb:fdfd/f6f6/e3e3", Some(true)),
            ("11;rgb:0000/0000/0000", Some(false)),
            ("11;rgb:28/2c/34", Some(false)),
            ("11;rgba:FFFF/FFFF/FFFF/ffff", Some(true)),
            ("11;rgb:ffff", None),
            ("11;rgb:fffff0000/0/0", None),
        ] {
            for end in [vec![alt('\\')], vec![bell()], vec![escape(), typed('\\')]] {
                let mut events = vec![typed('q'), escape()];
                events.extend(answer(text, end));
                events.extend([typed('r'), alt(']'), typed('x')]);
                let expected = vec![typed('q'), escape(), typed('r'), alt(']'), typed('x')];
                assert_eq!(take(events), (expected, vec![light]), "{text}");
            }
        }
    }

    #[test]
    fn an_answer_that_came_in_two_parts_starts_nothing() {
        let mut events = vec![escape(), typed(']')];
        events.extend(answer("11;rgb:ffff/ffff/ffff", vec![alt('\\')]).split_off(1));
        // Only the escape key is seen: one step back.
        assert_eq!(take(events), (vec![escape()], vec![Some(true)]));
    }

    #[test]
    fn what_is_no_answer_goes_on_as_the_keys_it_was() {
        let cases: [Vec<Event>; 8] = [
            vec![typed(']'), typed('1')],
            vec![alt(']'), typed('2')],
            vec![alt(']'), typed('1'), typed('1'), typed('q')],
            vec![alt(']'), typed('1'), escape(), typed('q')],
            vec![alt(']'), alt(']'), typed('q')],
            vec![escape(), typed('q'), typed(']'), typed('1')],
            vec![alt(']'), Event::Resize(80, 24), typed('1')],
            answer("11;rgb:0", vec![escape(), typed('q')]),
        ];
        for events in cases {
            assert_eq!(take(events.clone()), (events, vec![]));
        }
        let long = answer(&format!("11;rgb:{}", "f".repeat(60)), vec![]);
        let (out, found) = take(long.clone());
        assert_eq!((out, found), (long, vec![]));
    }
}
