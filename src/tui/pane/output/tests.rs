//! Keys in, what is wanted of the tail out.

use super::*;
use crate::ops::marks::Mark;
use crate::tui::find::{Found, Shown, Sought, What};

const AREA: Rect = Rect { x: 0, y: 0, width: 80, height: 9 };

fn page(first: u64) -> Page {
    let row = |n| Row { t_us: n, source: Source::Output(Stream::Err), text: format!("line {n}"), cut: 0 };
    Page {
        run: RunId("r".into()),
        first,
        rows: (first..first + 9).map(row).collect(),
        above: Vec::new(),
        below: Vec::new(),
        total: 1_000,
        last_us: 0,
        bytes: 0,
        reading: false,
        found: Found { numbers: (first..first + 9).collect(), ..Found::default() },
    }
}

fn answer(output: &mut Output, mut page: Page, row: Option<u64>) {
    let id = output.wanted().seek.unwrap().id;
    page.found.sought = Some(Sought { id, row, wrapped: false });
    output.learn(&page, AREA);
}

#[test]
fn jumps_that_are_asked_for_faster_than_found_all_count() {
    let mut output = Output::new(Kind::Plain);
    let page = page(0);
    output.begin();
    for _ in 0..3 {
        output.act(Action::NextTrouble, AREA, Some(&page));
    }
    for (from, row) in [(0, 5), (6, 7), (8, 8)] {
        let seek = output.wanted().seek.unwrap();
        assert_eq!((seek.what, seek.forward, seek.from), (What::Trouble, true, from));
        answer(&mut output, page.clone(), Some(row));
    }
    assert!(output.wanted().seek.is_none());
}

#[test]
fn a_jump_sets_out_from_where_one_has_scrolled_to_and_scrolling_ends_it() {
    let mut output = Output::new(Kind::Plain);
    let end = page(991);
    output.act(Action::First, AREA, Some(&end));
    // The window of the beginning has not come yet.
    output.act(Action::NextGap, AREA, Some(&end));
    assert_eq!(output.wanted().seek.unwrap().from, 0);
    output.act(Action::Down, AREA, Some(&end));
    assert!(output.wanted().seek.is_none());
    output.act(Action::NextGap, AREA, Some(&page(1)));
    answer(&mut output, page(1), None);
    assert_eq!(output.take_note().unwrap(), "no silence of 10 s or more after this line");
}

#[test]
fn of_a_step_only_its_own_marks_are_there() {
    // The rows 100 to 108 of all.
    let mut step = page(0);
    step.found.numbers = (100..109).collect();
    step.total = 9;
    let marks: Vec<_> = [3, 104, 107, 300].map(|row| Mark { row, wall_ms: 0 }).into_iter().collect();
    let marks: Vec<_> = (1..).zip(marks).collect();
    let shown: Vec<_> = inside(marks.iter().copied(), &step).map(|(number, _)| number).collect();
    assert_eq!(shown, [2, 3]);
    let mut output = Output::new(Kind::Build);
    let mark = |output: &Output| output.mark(&step, AREA, 0, None).row;
    assert_eq!(mark(&output), 109);
    let mut goes = |forward: bool| {
        output.jump_to_mark(forward, &marks, AREA, &step);
        (output.take_note().unwrap(), mark(&output))
    };
    assert_eq!(goes(false), ("mark 3 of 4".to_owned(), 107));
    assert_eq!(goes(false), ("mark 2 of 4".to_owned(), 104));
    assert_eq!(goes(false), ("no mark before this line".to_owned(), 104));
    assert_eq!(goes(true), ("mark 3 of 4".to_owned(), 107));
    assert_eq!(goes(true), ("no mark after this line".to_owned(), 107));
}

/// A folded traceback at the top, and lines after it.
fn traced() -> Page {
    let mut page = page(0);
    let traceback =
        ["Traceback (most recent call last):", "  File \"a.py\", line 3, in f", "ValueError: bad"];
    for (row, text) in page.rows.iter_mut().zip(traceback) {
        text.clone_into(&mut row.text);
    }
    page
}

fn lines(output: &Output, page: &Page) -> usize {
    output.folds.items(page).all.len()
}

#[test]
fn a_hit_in_a_folded_traceback_unfolds_it_and_a_search_that_is_left_folds_it_again() {
    let mut output = Output::new(Kind::Plain);
    let page = traced();
    output.begin();
    assert_eq!(lines(&output, &page), 7);
    output.act(Action::NextTrouble, AREA, Some(&page));
    answer(&mut output, page.clone(), Some(0));
    assert_eq!(lines(&output, &page), 7, "a fold tells the error itself");
    output.act(Action::SelectLines, AREA, Some(&page));
    assert_eq!(output.selected().unwrap().rows, 0..3);
    output.act(Action::Back, AREA, Some(&page));
    output.act(Action::Search, AREA, Some(&page));
    output.paste("a.py");
    answer(&mut output, page.clone(), Some(1));
    assert_eq!(lines(&output, &page), 9);
    output.act(Action::Back, AREA, Some(&page));
    assert_eq!(lines(&output, &page), 7);
}

#[test]
fn lines_that_are_no_neighbours_are_not_folded_and_not_selected() {
    let mut output = Output::new(Kind::Plain);
    let mut page = traced();
    output.begin();
    output.act(Action::Streams, AREA, Some(&page));
    page.found.shown = Shown::Some { ends: false };
    assert_eq!(lines(&output, &page), 9);
    output.act(Action::SelectLines, AREA, Some(&page));
    assert!(!output.selects());
    assert_eq!(
        output.take_note().unwrap(),
        "lines are selected where all are shown: O goes on to all of them"
    );
}

#[test]
fn a_row_that_pauses_would_push_out_of_sight_is_seen() {
    let mut output = Output::new(Kind::Plain);
    let mut page = page(991);
    for (row, t_us) in page.rows.iter_mut().zip((0..).step_by(20_000_000)) {
        row.t_us = t_us;
    }
    output.begin();
    output.act(Action::NextGap, AREA, Some(&page));
    answer(&mut output, page.clone(), Some(999));
    // The window that was asked for: the last nine rows, with eight lines of pauses between them.
    output.learn(&page, AREA);
    assert_eq!(output.watch(page.run.clone(), None, AREA).from, From::Row(996));
}

#[test]
fn a_jump_goes_on_from_the_last_one_before_its_window_has_come() {
    let mut output = Output::new(Kind::Plain);
    output.begin();
    output.act(Action::NextTrouble, AREA, Some(&page(0)));
    answer(&mut output, page(0), Some(500));
    output.act(Action::NextTrouble, AREA, Some(&page(0)));
    assert_eq!(output.wanted().seek.unwrap().from, 501);
}

#[test]
fn a_selection_begins_where_one_has_jumped_to() {
    let mut output = Output::new(Kind::Plain);
    let page = page(0);
    output.begin();
    output.act(Action::NextTrouble, AREA, Some(&page));
    answer(&mut output, page.clone(), Some(4));
    output.act(Action::SelectLines, AREA, Some(&page));
    assert_eq!(output.selected().unwrap().rows, 4..5);
}

#[test]
fn the_beginning_is_reached_before_the_window_of_all_rows_has_come() {
    let mut output = Output::new(Kind::Plain);
    let mut few = page(0);
    (few.total, few.found.shown) = (9, Shown::Some { ends: true });
    output.act(Action::First, AREA, Some(&few));
    assert_eq!(output.watch(few.run.clone(), None, AREA).from, From::Row(0));
}
