use super::*;
use proptest::prelude::*;

fn keys(text: &str) -> Vec<String> {
    read_table(text).unwrap().headers.into_iter().map(|h| h.key).collect()
}

#[test]
fn doubled_headers_get_numbers_and_blank_ones_a_name() {
    assert_eq!(
        keys("Name,If Other,If Other, If  Other ,,If Other (2)\n1,2,3,4,5,6\n"),
        ["Name", "If Other", "If Other (3)", "If Other (4)", "Column 5", "If Other (2)"]
    );
    let table = read_table("a\n  b ,x\n1,2\n").unwrap();
    assert_eq!(table.rows.len(), 2);
    assert_eq!(read_table("\" a\n b \",x\n1,2\n").unwrap().headers[0].name, "a b");
}

#[test]
fn lines_are_those_an_editor_shows() {
    for newline in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "1,\"x", "y\"", "", ",", "2,z", ""].join(newline);
        let table = read_table(&text).unwrap();
        let lines: Vec<u64> = table.rows.iter().map(|r| r.line).collect();
        assert_eq!(lines, [2, 6], "{newline:?}");
        assert_eq!(table.rows[0].cells[1], format!("x{newline}y"));
        assert_eq!(table.blank_rows, 1);
    }
}

#[test]
fn delimiters_are_found() {
    for (text, delimiter) in [
        ("a,b\n1;2;3,x\n", ','),
        ("a;b;c\n1,5;2,5;3,5\n", ';'),
        ("a\tb\nx, y\tz; w\n", '\t'),
        ("a|b\nx, y|z\n", '|'),
        ("sep=;\r\na,b;c\r\n1,2;3\r\n", ';'),
        ("only one column\nx\n", ','),
        ("\u{feff}a;b\n1;2\n", ';'),
    ] {
        assert_eq!(read_table(text).unwrap().delimiter, delimiter, "{text:?}");
    }
    let table = read_table("sep=;\r\na,b;c\r\n1,2;3\r\n").unwrap();
    assert_eq!((table.headers[0].key.as_str(), table.rows[0].line), ("a,b", 3));
}

#[test]
fn ragged_rows_are_told_apart() {
    let table = read_table("a,b\n1\n1,2,3\n1,2, ,\n").unwrap();
    let shape: Vec<_> = table.rows.iter().map(|r| (r.cells.len(), r.missing, r.extra.len())).collect();
    assert_eq!(shape, [(2, 1, 0), (2, 0, 1), (2, 0, 0)]);
}

#[test]
fn what_cannot_be_read_says_why() {
    assert_eq!(read_table("").unwrap_err(), ImportError::Empty);
    assert_eq!(read_table("\u{feff}\n\n , \n").unwrap_err(), ImportError::Empty);
    assert_eq!(read_table("a,b\n\n").unwrap_err(), ImportError::NoRows);
    assert_eq!(read_table("a,b\n1,2\n3,\"four\n5,6\n").unwrap_err(), ImportError::UnclosedQuote { line: 3 });
    assert!(read_table("a,b\n1,\"say \"\"hi\"\"\"").is_ok());
    assert!(read_table("a,b\n1,5\" disk").is_ok());
}

#[test]
fn each_limit_holds_at_its_edge() {
    let wide = |n: usize| format!("{}\n{}\n", vec!["h"; n].join(","), vec!["1"; n].join(","));
    assert!(read_table(&wide(MAX_COLUMNS)).is_ok());
    assert_eq!(read_table(&wide(MAX_COLUMNS + 1)).unwrap_err(), ImportError::TooManyColumns { line: 1 });

    let long = |n: usize| format!("a,b\n1,{}\n", "é".repeat(n));
    assert!(read_table(&long(MAX_CELL_CHARS)).is_ok());
    assert_eq!(read_table(&long(MAX_CELL_CHARS + 1)).unwrap_err(), ImportError::CellTooLong { line: 2 });

    let high = |n: usize| format!("a,b\n{}", "1,2\n".repeat(n));
    assert!(read_table(&high(MAX_ROWS)).is_ok());
    assert_eq!(read_table(&high(MAX_ROWS + 1)).unwrap_err(), ImportError::TooManyRows);
}

proptest! {
    #[test]
    fn any_text_gives_a_sound_table_or_an_error(text in "[a-b\",;\t\r\n =]{0,120}") {
        if let Ok(table) = read_table(&text) {
            let unique: HashSet<_> = table.headers.iter().map(|h| &h.key).collect();
            prop_assert_eq!(unique.len(), table.headers.len());
            prop_assert!(table.rows.iter().all(|r| r.cells.len() == table.headers.len()));
            prop_assert!(table.rows.windows(2).all(|w| w[0].line < w[1].line || !text.contains(['\r', '\n'])));
        }
    }
}
