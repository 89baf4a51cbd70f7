//! Search, filter, the choice of streams, and jumps: what of it is on, and where it leads.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::tui::find::{Seek, Streams, Wanted, What};
use crate::tui::keymap::Action;
use crate::tui::pane::output::Output;
use crate::tui::pane::output::fold::Folds;
use crate::tui::pane::output::found::quoted;
use crate::tui::pane::output::input::{For, Input};
use crate::tui::pane::sign;
use crate::tui::seen::{From, Page, Row};
use crate::tui::widget::needle::Needle;

/// Most lines around those of a filter.
const MOST: u16 = 20;

/// What is looked for in an output.
#[derive(Debug, Default)]
pub(super) struct Finding {
    pub input: Option<Input>,
    pub search: Option<Needle>,
    pub filter: Option<Needle>,
    pub context: u16,
    pub streams: Streams,
    /// Where the output stood when the search was begun, and what was searched before.
    origin: Option<Origin>,
    /// Where the output stood before the filter; forgotten when one moves in it.
    pub back: Option<From>,
    pub seek: Option<Seek>,
    seeks: u64,
    /// So many jumps more of the same kind were asked for meanwhile.
    pub again: u32,
    /// The row that the last jump led to.
    pub current: Option<u64>,
    /// It is to be brought into sight, out of a fold and sideways too: what kind of jump it was.
    pub unseen: Option<What>,
    /// To be said.
    pub note: Option<String>,
}

#[derive(Debug)]
struct Origin {
    from: From,
    /// The first row that is searched.
    row: u64,
    search: Option<Needle>,
    current: Option<u64>,
    folds: Folds,
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

    pub fn seek(&mut self, what: What, forward: bool, from: u64) {
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
    pub(super) fn act_on_finding(&mut self, action: Action, area: Rect, page: Option<&Page>) -> bool {
        let area = self.room(area);
        if self.types() {
            match action {
                Action::Confirm => self.keep(area, page),
                Action::Back => self.leave_input(),
                Action::Next | Action::Previous => {}
                _ => return false,
            }
            return true;
        }
        match action {
            Action::Search => self.begin_search(area, page),
            Action::Filter => {
                let text = self.finding.filter.as_ref().map_or("", |filter| filter.typed()).to_owned();
                self.finding.input = Some(Input::new(For::Filter, &text));
            }
            Action::NextHit | Action::PreviousHit if self.finding.search.is_none() => {
                self.finding.note = Some("nothing is searched yet: / begins a search".to_owned());
            }
            Action::NextHit => self.jump(What::Hit, true, area, page),
            Action::PreviousHit => self.jump(What::Hit, false, area, page),
            Action::NextTrouble => self.jump(What::Trouble, true, area, page),
            Action::PreviousTrouble => self.jump(What::Trouble, false, area, page),
            Action::NextGap => self.jump(What::Gap, true, area, page),
            Action::PreviousGap => self.jump(What::Gap, false, area, page),
            Action::Streams => {
                self.keep_top(area, page);
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
            Action::Back if self.finding.filter.is_some() => self.set_filter(None, area, page),
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
                    self.show(row, seek.what, page, area);
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
        self.bring_into_sight(page, area);
    }

    fn begin_search(&mut self, area: Rect, page: Option<&Page>) {
        let row = page.map_or(0, |page| self.top_number(page, area));
        let finding = &mut self.finding;
        finding.origin = Some(Origin {
            from: self.from,
            row,
            search: finding.search.take(),
            current: finding.current.take(),
            folds: self.folds.clone(),
        });
        finding.seek = None;
        finding.input = Some(Input::new(For::Search, ""));
    }

    /// Another text is written: what is searched for is shown at once.
    fn written(&mut self) {
        let finding = &mut self.finding;
        let (Some(input), Some(origin)) = (&finding.input, &finding.origin) else { return };
        let (from, row) = (origin.from, origin.row);
        // What only an earlier letter has led to is folded again.
        self.folds.clone_from(&origin.folds);
        finding.search = input.needle.clone().ok().flatten();
        (finding.current, finding.seek) = (None, None);
        if finding.search.is_some() {
            finding.seek(What::Hit, true, row);
        } else {
            self.from = from;
        }
    }

    /// Keeps what was written. A wrong text stays open.
    fn keep(&mut self, area: Rect, page: Option<&Page>) {
        let Some(input) = self.finding.input.take_if(|input| input.needle.is_ok()) else { return };
        match (input.of, input.needle) {
            (For::Filter, Ok(needle)) => self.set_filter(needle, area, page),
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
            (self.from, self.folds) = (origin.from, origin.folds);
            self.finding.search = origin.search;
            (self.finding.current, self.finding.seek) = (origin.current, None);
        }
    }

    fn set_filter(&mut self, filter: Option<Needle>, area: Rect, page: Option<&Page>) {
        let before = std::mem::replace(&mut self.finding.filter, filter);
        if before == self.finding.filter {
            return;
        }
        let back = self.finding.back.take();
        let jumped = self.finding.current.zip(page).and_then(|(row, page)| {
            let above = page.counted(row)?.saturating_sub(page.first);
            Some((row, u16::try_from(above).unwrap_or(u16::MAX)))
        });
        self.keep_top(area, page);
        match (&before, &self.finding.filter, back) {
            (Some(_), None, Some(back)) => self.from = back,
            (Some(_), None, None) => {
                if let Some((row, above)) = jumped {
                    self.from = From::At { row, above };
                }
            }
            (_, _, Some(back)) => self.finding.back = Some(back),
            (None, Some(_), None) => self.finding.back = Some(self.from),
            (_, _, None) => {}
        }
        self.finding.seek = None;
    }

    /// Keeps the same line at the top, whatever else is shown then.
    fn keep_top(&mut self, area: Rect, page: Option<&Page>) {
        if let (false, Some(page)) = (self.follows(), page) {
            self.from = From::At { row: self.top_number(page, area), above: 0 };
        }
    }

    /// The number among all rows of the one at the top, as it was asked for: the page may be of the moment before.
    pub(super) fn top_number(&self, page: &Page, area: Rect) -> u64 {
        if page.found.is_filtered() {
            return page.number(page.first);
        }
        page.number(self.top(&self.folds.items(page), page, area))
    }

    pub(super) fn in_vain(&self, seek: Seek) -> Option<String> {
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
