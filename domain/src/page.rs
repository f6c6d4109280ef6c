//! Keyset paging: a page is fetched with one row more than it shows; the last shown row gives the next cursor.

/// Rows of a list page unless asked otherwise.
pub const PAGE_ROWS: usize = 50;
/// Most rows that a page may ask for.
pub const PAGE_ROWS_MAX: usize = 200;

/// Rows are counted up to here; a list that has more says so. Counting everything would cost more the larger it gets.
pub const COUNT_MAX: i64 = 10_000;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows shown.
    pub rows: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts `rows` (fetched with `limit + 1`) to a page; `cursor` names the last row kept.
    pub fn cut(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { rows, next }
    }
}
