//! A page's own address, taken apart: filters, order and paging live in the URL, so that a view can be shared.

use std::fmt;

/// Path and query of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageUrl {
    path: String,
    pairs: Vec<(String, String)>,
}

impl PageUrl {
    /// Takes path and query (without its question mark) apart; empty values are left out, and so are zero bytes, which no
    /// text in Postgres may hold.
    pub fn parse(path: &str, query: &str) -> Self {
        let pairs = serde_html_form::from_str::<Vec<(String, String)>>(query).unwrap_or_default();
        let without_zero = pairs.into_iter().map(|(key, value)| (key, value.replace('\0', "")));
        let pairs = without_zero.filter(|(_, value)| !value.is_empty()).collect();
        Self { path: path.to_string(), pairs }
    }

    /// The address of the page that is being rendered: lists take it from here unless they are given another.
    pub fn current() -> Self {
        leptos::context::use_context().unwrap_or_default()
    }

    /// The same parameters at another path.
    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The first value of a parameter.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// All parameters, in their order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The same address with one parameter set (and no other value of it).
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.pairs.retain(|(k, _)| k != key);
        if !value.is_empty() {
            self.pairs.push((key.to_string(), value.to_string()));
        }
        self
    }

    /// The same address without a parameter.
    pub fn without(mut self, key: &str) -> Self {
        self.pairs.retain(|(k, _)| k != key);
        self
    }

    /// The same address without one of a parameter's values.
    pub fn without_value(mut self, key: &str, value: &str) -> Self {
        self.pairs.retain(|(k, v)| k != key || v != value);
        self
    }

    /// The first page: no cursor, no notice, nothing ticked.
    pub fn first_page(self) -> Self {
        self.without("after").without("notice").without("select")
    }

    /// The order asked for: key, and whether descending (`sort=-due`).
    pub fn sort(&self) -> Option<(&str, bool)> {
        let sort = self.get("sort")?;
        Some(match sort.strip_prefix('-') {
            Some(key) => (key, true),
            None => (sort, false),
        })
    }
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.pairs.is_empty() {
            return Ok(());
        }
        let query = serde_html_form::to_string(&self.pairs).map_err(|_| fmt::Error)?;
        write!(f, "?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::PageUrl;

    #[test]
    fn parameters_are_set_and_taken_away() {
        let url = PageUrl::parse("/risks", "tier=high&tier=low&q=a%20b%00&empty=&zero=%00&after=x");
        assert_eq!(url.all("tier").collect::<Vec<_>>(), ["high", "low"]);
        assert_eq!(url.get("q"), Some("a b"));
        assert_eq!((url.get("empty"), url.get("zero")), (None, None));
        let next = url.clone().without_value("tier", "low").first_page().with("sort", "-due");
        assert_eq!(next.to_string(), "/risks?tier=high&q=a+b&sort=-due");
        assert_eq!(next.sort(), Some(("due", true)));
    }
}
