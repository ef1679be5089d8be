//! CSV that a spreadsheet program opens: text that it would compute gets an apostrophe in front, numbers stay numbers.

use crate::support::Place;

const QUERY: &str = "SELECT * FROM (VALUES ('=1+1', -1, -0.5), ('+84', 1, 1.5), ('-x', 2, 2.5), ('@a', 3, 3.5), \
                     (chr(9) || 'a', 4, 4.5), (chr(13) || 'a', 5, 5.5), ('a=1', 6, 6.5), ('''=', 7, 7.5)) t(a, b, c)";

#[test]
fn text_that_would_be_computed_is_quoted_and_numbers_stay() {
    let place = Place::new();
    let ran = place.run(&["--format", "csv", "sql", QUERY]).exits(0);
    assert_eq!(
        ran.stdout,
        "a,b,c\n'=1+1,-1,-0.5\n'+84,1,1.5\n'-x,2,2.5\n'@a,3,3.5\n'\ta,4,4.5\n\"'\ra\",5,5.5\na=1,6,6.5\n'=,7,7.5\n"
    );
}

#[test]
fn raw_gives_the_text_as_it_is_and_other_formats_always_do() {
    let place = Place::new();
    let raw = place.run(&["--format", "csv", "--raw", "sql", QUERY]).exits(0).stdout;
    assert!(raw.starts_with("a,b,c\n=1+1,-1,-0.5\n+84,"), "{raw}");
    assert_eq!(place.rows(&["sql", QUERY])[0]["a"], "=1+1");
}
