//! Keys in, what is wanted of the tail out.

use super::*;
use crate::tui::find::{Found, Sought, What};

const AREA: Rect = Rect { x: 0, y: 0, width: 80, height: 9 };

fn page(first: u64) -> Page {
    let row = |n| Row { t_us: n, source: Source::Output(Stream::Err), text: format!("line {n}"), cut: 0 };
    Page {
        run: RunId("r".into()),
        first,
        rows: (first..first + 9).map(row).collect(),
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
fn a_jump_goes_on_from_the_last_one_before_its_window_has_come() {
    let mut output = Output::new(Kind::Plain);
    output.begin();
    output.act(Action::NextTrouble, AREA, Some(&page(0)));
    answer(&mut output, page(0), Some(500));
    output.act(Action::NextTrouble, AREA, Some(&page(0)));
    assert_eq!(output.wanted().seek.unwrap().from, 501);
}
