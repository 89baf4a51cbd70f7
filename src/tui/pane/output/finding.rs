//! Search, filter, the choice of streams, and jumps: what of it is on, and where it leads.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::text;
use crate::tui::find::{Pattern, Seek, Streams, Wanted, What};
use crate::tui::keymap::Action;
use crate::tui::pane::output::found::quoted;
use crate::tui::pane::output::input::{For, Input};
use crate::tui::pane::output::{Output, TIME};
use crate::tui::pane::sign;
use crate::tui::seen::{From, Page, Row};

/// Most lines around those of a filter.
const MOST: u16 = 20;

/// What is looked for in an output.
#[derive(Debug, Default)]
pub(super) struct Finding {
    pub input: Option<Input>,
    pub search: Option<Pattern>,
    pub filter: Option<Pattern>,
    pub context: u16,
    pub streams: Streams,
    /// Where the output stood when the search was begun, and what was searched before.
    origin: Option<Origin>,
    /// Where the output stood before the filter; forgotten when one moves in it.
    back: Option<From>,
    pub seek: Option<Seek>,
    seeks: u64,
    /// So many jumps more of the same kind were asked for meanwhile.
    again: u32,
    /// The row that the last jump led to.
    pub current: Option<u64>,
    /// It is to be brought into sight sideways too.
    unseen: bool,
    /// To be said.
    note: Option<String>,
}

#[derive(Debug)]
struct Origin {
    from: From,
    /// The first row that is searched.
    row: u64,
    search: Option<Pattern>,
    current: Option<u64>,
}

impl Finding {
    /// Whether every row is shown.
    pub fn is_all(&self) -> bool {
        self.streams == Streams::Both && self.filter.is_none()
    }

    /// Whether only lines with a text are shown, and such around them.
    pub fn has_context(&self) -> bool {
        self.filter.is_some() && self.context > 0
    }

    /// Whether a row can be a hit: in what is not kept nothing is searched.
    pub fn shows(&self, row: &Row) -> bool {
        self.filter.as_ref().is_none_or(|filter| self.context == 0 || filter.is_in(&sign::safe(&row.text)))
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            streams: self.streams,
            filter: self.filter.clone(),
            context: if self.filter.is_some() { self.context } else { 0 },
            search: self.search.clone(),
            current: self.current.filter(|_| self.search.is_some()),
            seek: self.seek,
        }
    }

    fn seek(&mut self, what: What, forward: bool, from: u64) {
        self.seeks += 1;
        self.again = 0;
        self.seek = Some(Seek { id: self.seeks, what, forward, from });
    }
}

impl Output {
    /// Whether a text is being written: then it takes the keys.
    #[must_use]
    pub fn types(&self) -> bool {
        self.finding.input.is_some()
    }

    /// Whether something is searched for.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.finding.search.is_some()
    }

    /// What is wanted besides a window.
    pub(super) fn wanted(&self) -> Wanted {
        self.finding.wanted()
    }

    /// The rows for lines: the line that is written in has the last one.
    pub(super) fn room(&self, area: Rect) -> Rect {
        Rect { height: area.height.saturating_sub(u16::from(self.types())), ..area }
    }

    /// Something to be said once.
    pub fn take_note(&mut self) -> Option<String> {
        self.finding.note.take()
    }

    /// Somebody scrolls: a jump on its way is not wanted any more, nor the way back out of a filter.
    pub(super) fn moved(&mut self) {
        (self.finding.seek, self.finding.back) = (None, None);
    }

    /// Looks for something, or filters; whether the action was one of these.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all actions, these look for something")]
    pub(super) fn act_on_finding(&mut self, action: Action, page: Option<&Page>) -> bool {
        if self.types() {
            match action {
                Action::Confirm => self.keep(page),
                Action::Back => self.leave_input(),
                Action::Next | Action::Previous => {}
                _ => return false,
            }
            return true;
        }
        match action {
            Action::Search => self.begin_search(page),
            Action::Filter => {
                let text = self.finding.filter.as_ref().map_or("", |filter| filter.written()).to_owned();
                self.finding.input = Some(Input::new(For::Filter, &text));
            }
            Action::NextHit | Action::PreviousHit if self.finding.search.is_none() => {
                self.finding.note = Some("nothing is searched yet: / begins a search".to_owned());
            }
            Action::NextHit => self.jump(What::Hit, true, page),
            Action::PreviousHit => self.jump(What::Hit, false, page),
            Action::NextTrouble => self.jump(What::Trouble, true, page),
            Action::PreviousTrouble => self.jump(What::Trouble, false, page),
            Action::NextGap => self.jump(What::Gap, true, page),
            Action::PreviousGap => self.jump(What::Gap, false, page),
            Action::Streams => {
                self.stay(page);
                self.finding.streams = self.finding.streams.next();
            }
            Action::MoreContext | Action::LessContext if self.finding.filter.is_none() => {
                self.finding.note = Some("lines around belong to a filter: & begins one".to_owned());
            }
            Action::MoreContext => self.finding.context = (self.finding.context + 1).min(MOST),
            Action::LessContext => self.finding.context = self.finding.context.saturating_sub(1),
            Action::Back if self.finding.seek.is_some_and(|seek| seek.what != What::Hit) => {
                self.finding.seek = None;
            }
            Action::Back if self.finding.search.is_some() => {
                (self.finding.search, self.finding.seek) = (None, None);
            }
            Action::Back if self.finding.filter.is_some() => self.set_filter(None, page),
            _ => return false,
        }
        true
    }

    /// Takes a key of the line that is written in.
    pub fn key(&mut self, key: KeyEvent) {
        if self.finding.input.as_mut().is_some_and(|input| input.key(key)) {
            self.written();
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        if self.finding.input.as_mut().is_some_and(|input| input.paste(text)) {
            self.written();
        }
    }

    /// Learns where a jump leads, and brings the row it led to into sight.
    pub fn learn(&mut self, page: &Page, area: Rect) {
        let area = self.room(area);
        if let Some(sought) = page.found.sought
            && let Some(seek) = self.finding.seek.take_if(|seek| seek.id == sought.id)
        {
            match sought.row {
                Some(row) => {
                    self.show(row, page, area);
                    if let Some(again) = self.finding.again.checked_sub(1) {
                        self.finding.seek(seek.what, seek.forward, row + u64::from(seek.forward));
                        self.finding.again = again;
                    }
                }
                None => self.finding.note = self.in_vain(seek),
            }
            if sought.wrapped && sought.row.is_some() && !self.types() {
                let end = if seek.forward { "beginning" } else { "end" };
                self.finding.note = Some(format!("no more hits there: on from the {end}"));
            }
        }
        if self.finding.unseen
            && let Some(at) = self.finding.current.and_then(|row| page.place_of(row))
        {
            self.finding.unseen = false;
            self.show_sideways(&page.rows[at].text, area);
        }
    }

    fn begin_search(&mut self, page: Option<&Page>) {
        let row = page.map_or(0, |page| self.top(page));
        let finding = &mut self.finding;
        finding.origin = Some(Origin {
            from: self.from,
            row,
            search: finding.search.take(),
            current: finding.current.take(),
        });
        finding.seek = None;
        finding.input = Some(Input::new(For::Search, ""));
    }

    /// Another text is written: what is searched for is shown at once.
    fn written(&mut self) {
        let finding = &mut self.finding;
        let (Some(input), Some(origin)) = (&finding.input, &finding.origin) else { return };
        let (from, row) = (origin.from, origin.row);
        finding.search = input.pattern.clone().ok().flatten();
        (finding.current, finding.seek) = (None, None);
        if finding.search.is_some() {
            finding.seek(What::Hit, true, row);
        } else {
            self.from = from;
        }
    }

    /// Keeps what was written. A wrong text stays open.
    fn keep(&mut self, page: Option<&Page>) {
        let Some(input) = self.finding.input.take_if(|input| input.pattern.is_ok()) else { return };
        match (input.of, input.pattern) {
            (For::Filter, Ok(pattern)) => self.set_filter(pattern, page),
            (For::Search, Ok(Some(_))) => self.finding.origin = None,
            (For::Search, _) => self.give_back(),
            (For::Filter, Err(_)) => {}
        }
    }

    fn leave_input(&mut self) {
        if self.finding.input.take().is_some_and(|input| input.of == For::Search) {
            self.give_back();
        }
    }

    /// As it was before the search.
    fn give_back(&mut self) {
        if let Some(origin) = self.finding.origin.take() {
            self.from = origin.from;
            self.finding.search = origin.search;
            (self.finding.current, self.finding.seek) = (origin.current, None);
        }
    }

    fn set_filter(&mut self, filter: Option<Pattern>, page: Option<&Page>) {
        let before = std::mem::replace(&mut self.finding.filter, filter);
        if before == self.finding.filter {
            return;
        }
        let back = self.finding.back.take();
        let jumped = self.finding.current.zip(page).and_then(|(row, page)| Some((row, page.place_of(row)?)));
        self.stay(page);
        match (&before, &self.finding.filter, back) {
            (Some(_), None, Some(back)) => self.from = back,
            (Some(_), None, None) => {
                if let Some((row, place)) = jumped {
                    self.from = From::At { row, above: u16::try_from(place).unwrap_or(u16::MAX) };
                }
            }
            (_, _, Some(back)) => self.finding.back = Some(back),
            (None, Some(_), None) => self.finding.back = Some(self.from),
            (_, _, None) => {}
        }
        self.finding.seek = None;
    }

    /// Keeps the same line at the top, whatever else is shown then.
    fn stay(&mut self, page: Option<&Page>) {
        if let (false, Some(page)) = (self.follows(), page) {
            self.from = From::At { row: self.top(page), above: 0 };
        }
    }

    /// The row at the top, as it was asked for: the page may be of the moment before.
    fn top(&self, page: &Page) -> u64 {
        let first = page.number(0);
        match self.from {
            From::Row(row) if self.finding.is_all() => (first + row).saturating_sub(page.first),
            From::At { row, above } if self.finding.is_all() && page.place_of(row).is_none() => {
                row.saturating_sub(above.into())
            }
            From::End | From::Row(_) | From::Trouble | From::Time(_) | From::At { .. } => first,
        }
    }

    /// Sets out from the row of the last jump, where that is on the screen, else from the top.
    fn jump(&mut self, what: What, forward: bool, page: Option<&Page>) {
        let Some(page) = page else { return };
        if self.finding.seek.is_some_and(|seek| (seek.what, seek.forward) == (what, forward)) {
            self.finding.again += 1;
            return;
        }
        let top = self.top(page);
        let is_seen = |row: &u64| match self.from {
            From::At { row: asked, .. } if asked == *row => true,
            From::At { .. } | From::End | From::Row(_) | From::Trouble | From::Time(_) => {
                top == page.number(0) && page.place_of(*row).is_some()
            }
        };
        let from = match self.finding.current.filter(is_seen) {
            Some(row) => row + u64::from(forward),
            None => top,
        };
        self.finding.seek(what, forward, from);
    }

    /// Shows a row: it stays where it is on the screen, or has some lines above it.
    fn show(&mut self, row: u64, page: &Page, area: Rect) {
        self.finding.back = None;
        (self.finding.current, self.finding.unseen) = (Some(row), true);
        if self.follows() {
            self.seen = page.total;
        }
        let third = area.height / 3;
        let is_seen = |at: &usize| *at < usize::from(2 * third) && !self.wrap && !self.finding.has_context();
        self.from = match page.place_of(row).filter(is_seen) {
            Some(_) => From::At { row: page.number(0), above: 0 },
            // Nobody knows how many rows those above would take.
            None if self.wrap || self.finding.has_context() => From::At { row, above: 0 },
            None => From::At { row, above: third },
        };
    }

    /// Scrolls sideways, where a hit would not be seen.
    fn show_sideways(&mut self, line: &str, area: Rect) {
        let Some(search) = self.finding.search.as_ref().filter(|_| !self.wrap) else { return };
        let plain = sign::safe(line);
        let Some(place) = search.places(&plain).next() else { return };
        let columns = usize::from(area.width).saturating_sub(TIME + 6);
        let (from, to) = (text::width(&plain[..place.start]), text::width(&plain[..place.end]));
        if from < self.aside || to > self.aside + columns {
            self.aside = if to <= columns { 0 } else { from.saturating_sub(columns / 3) };
        }
    }

    fn in_vain(&self, seek: Seek) -> Option<String> {
        let way = if seek.forward { "after this line" } else { "before this line" };
        match seek.what {
            // While one writes, the line itself says so.
            What::Hit if self.types() => None,
            What::Hit => self.finding.search.as_ref().map(|search| format!("no line has {}", quoted(search))),
            What::Trouble => Some(format!("no error and no traceback {way}")),
            What::Gap => Some(format!("no silence of 10 s or more {way}")),
        }
    }
}
