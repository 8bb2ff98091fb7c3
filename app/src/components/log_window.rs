//! Which of a long log's lines are drawn, and where the reader is among them.
//!
//! The list grows upwards (`column-reverse`): its scroll position is 0 at the newest line and
//! negative above, so the first HTML shows the end of the log and new lines push nothing away.

use crate::{
    client::{
        Client,
        lines::{Line, lines},
    },
    protocol::{ids::Seq, message::What},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDivElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Lines drawn at a time.
const LINES: usize = 200;
/// Lines that the window moves by.
const STEP: usize = 60;
/// So near to an edge the window moves, in pixels.
const NEAR_PX: i32 = 800;
/// So near to the beginning older entries are loaded, in pixels.
const LOAD_PX: i32 = 2_000;
/// So near to the newest line the reader is at it, in pixels.
const AT_END_PX: i32 = 40;

/// A window of lines into the log of the room shown.
#[derive(Clone, Copy)]
pub(super) struct LogWindow {
    client: Client,
    /// The element that scrolls.
    pub(super) list: NodeRef<html::Div>,
    all: Memo<Vec<Line>>,
    /// The window ends with this entry; `None`: with the newest.
    end: RwSignal<Option<Seq>>,
    /// The newest entry when the reader went up; `None` at the end.
    pub(super) left_at: RwSignal<Option<Seq>>,
}

impl LogWindow {
    pub(super) fn new(client: Client) -> Self {
        let all = Memo::new(move |_| {
            let timeline = client.timeline.read();
            lines(timeline.entries(), client.new_after.get(), client.zone_min.get())
        });
        let (end, left_at) = (RwSignal::new(None), RwSignal::new(None));
        Self { client, list: NodeRef::new(), all, end, left_at }
    }

    /// The lines to draw.
    pub(super) fn lines(self) -> Vec<Line> {
        let all = self.all.read();
        let (from, to) = self.range(&all);
        all.get(from..to).unwrap_or_default().to_vec()
    }

    /// The newest line, drawn or not.
    pub(super) fn newest(self) -> Option<Line> {
        self.all.read().last().cloned()
    }

    /// The newest line is drawn.
    pub(super) fn is_at_newest(self) -> bool {
        let all = self.all.read();
        self.range(&all).1 == all.len()
    }

    /// Nothing lies before the first line drawn.
    pub(super) fn is_at_beginning(self) -> bool {
        let all = self.all.read();
        self.range(&all).0 == 0 && !self.client.timeline.read().more_before()
    }

    /// How many messages came since the reader went up.
    pub(super) fn unread(self) -> usize {
        let Some(left_at) = self.left_at.get() else { return 0 };
        let timeline = self.client.timeline.read();
        let newer = timeline.entries().iter().rev().take_while(|it| it.seq > left_at);
        newer.filter(|it| matches!(it.what, What::Message { .. } | What::Announced { .. })).count()
    }

    /// Goes to the newest line.
    pub(super) fn to_newest(self) {
        self.end.set(None);
        self.left_at.set(None);
        self.before_paint(|list| list.set_scroll_top(0));
    }

    /// The reader scrolled: moves the window along.
    pub(super) fn scrolled(self) {
        let Some(list) = self.list.get_untracked() else { return };
        let below_px = -list.scroll_top();
        let above_px = list.scroll_height() - list.client_height() - below_px;
        let all = self.all.get_untracked();
        let (from, to) = untrack(|| self.range(&all));
        self.note_place(below_px, to == all.len());
        if from == 0 && above_px < LOAD_PX {
            self.client.load_older();
        }
        if from > 0 && above_px < NEAR_PX {
            self.end_with(&all, to.saturating_sub(STEP).max(LINES.min(all.len())));
        } else if below_px < NEAR_PX && to < all.len() {
            self.end_with(&all, to + STEP);
        }
    }

    /// Goes to the line of an entry, loading what lies before until it is here. True once it is
    /// there, or never will be.
    pub(super) fn go_to(self, seq: Seq) -> bool {
        let (start, more) = {
            let timeline = self.client.timeline.read();
            (timeline.start(), timeline.more_before())
        };
        if seq <= start && more {
            self.client.load_older();
            return false;
        }
        let all = self.all.get_untracked();
        let line = all.partition_point(|line| line.seq() <= seq);
        self.left_at.set(Some(self.client.timeline.read_untracked().last()));
        self.end_with(&all, (line + LINES / 2).min(all.len()));
        self.before_paint(move |list| {
            let found = list.query_selector(&format!("[data-seq=\"{seq}\"]")).ok().flatten();
            if let Some(found) = found {
                // A tag that sheets know, and that a line drawn anew does not have.
                _ = found.set_attribute("data-told", "");
                let how = ScrollIntoViewOptions::new();
                how.set_block(ScrollLogicalPosition::Center);
                found.scroll_into_view_with_scroll_into_view_options(&how);
            }
        });
        true
    }

    /// Scrolls, where the wheel turned over something that lies on the list.
    pub(super) fn scroll_by(self, pixels: f64) {
        if let Some(list) = self.list.get_untracked() {
            list.scroll_by_with_x_and_y(0.0, pixels);
        }
    }

    /// Loads more while what is here does not fill the page.
    pub(super) fn fill(self) {
        self.before_paint(move |list| {
            if list.scroll_height() <= list.client_height() {
                self.client.load_older();
            }
        });
    }

    /// Does something with the list before the next paint, unless the reader left the room
    /// meanwhile.
    fn before_paint(self, act: impl FnOnce(HtmlDivElement) + 'static) {
        request_animation_frame(move || {
            if let Some(list) = self.list.try_get_untracked().flatten() {
                act(list);
            }
        });
    }

    fn note_place(self, below_px: i32, is_last: bool) {
        let at_end = below_px < AT_END_PX && is_last;
        let left_at = self.left_at.get_untracked();
        if at_end && left_at.is_some() {
            self.end.set(None);
            self.left_at.set(None);
        } else if !at_end && left_at.is_none() {
            let last = self.client.timeline.read_untracked().last();
            self.end.set(Some(last));
            self.left_at.set(Some(last));
        }
    }

    /// Lets the window end before line `to`, without moving what the reader sees.
    fn end_with(self, all: &[Line], to: usize) {
        // The last entry before the line that is not drawn any more.
        let end = all.get(to).map(|next| next.seq().minus(1));
        let end = end.or_else(|| Some(self.client.timeline.read_untracked().last()));
        if end == self.end.get_untracked() {
            return;
        }
        let held = self.line_in_the_middle().map(|it| {
            let top = it.get_bounding_client_rect().top();
            (it, top)
        });
        self.end.set(end);
        self.before_paint(move |list| {
            let Some((line, top)) = held else { return };
            if line.is_connected() {
                let moved = line.get_bounding_client_rect().top() - top;
                #[expect(clippy::cast_possible_truncation, reason = "pixels of a page")]
                list.set_scroll_top(list.scroll_top() + moved.round() as i32);
            }
            // The reader may be at an edge still, where no more scrolling tells so.
            self.scrolled();
        });
    }

    fn line_in_the_middle(self) -> Option<Element> {
        let list = self.list.get_untracked()?;
        let frame = list.get_bounding_client_rect();
        let middle = frame.top() + frame.height() / 2.0;
        let lines = list.query_selector_all("[data-seq]").ok()?;
        (0..lines.length())
            .filter_map(|at| lines.item(at)?.dyn_into::<Element>().ok())
            .find(|line| line.get_bounding_client_rect().bottom() >= middle)
    }

    fn range(self, all: &[Line]) -> (usize, usize) {
        let to = match self.end.get() {
            Some(end) => all.partition_point(|line| line.seq() <= end),
            None => all.len(),
        };
        // After the log was begun anew, the place is gone.
        let to = if to == 0 { all.len() } else { to };
        (to.saturating_sub(LINES), to)
    }
}
