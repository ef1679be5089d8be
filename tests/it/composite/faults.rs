//! Everything that can be wrong with a composite index or its values: each named with its place, all at once.

use std::collections::BTreeMap;

use cchc::definitions::{Composite, Definitions};
use cchc::indices::{Input, compose};

use super::small;
use crate::support::Place;

/// Faults of a definition as lines.
fn faults(text: &str) -> Vec<String> {
    Composite::parse("indices/x.toml", text).unwrap_err().iter().map(ToString::to_string).collect()
}

/// Fails unless there are exactly these faults, each with all of its words.
#[track_caller]
fn assert_faults(found: &[String], expected: &[&[&str]]) {
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for words in expected {
        let is_named = found.iter().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(is_named, "{words:?} in none of {found:#?}");
    }
}

const HEAD: &str = r#"
kind = "composite"
[index]
id = "x"
name_vi = "X"
name_en = "X"
legal_basis = "constructed"
"#;

fn with(rest: &str) -> String {
    format!("{HEAD}{rest}")
}

#[test]
fn all_faults_of_a_definition_are_named_at_once() {
    let found = faults(&with(
        r#"
        valid_from = "2024-01-01"
        valid_to = "2023-12-31"
        [screen]
        min_available = 90
        [impute]
        method = "group_mean"
        [weigh]
        sum = 1
        [[node]]
        id = "area"
        weight = 0.6
        [[node]]
        id = "empty"
        weight = 0.4
        [[node]]
        id = "round"
        parent = "about"
        weight = 1
        [[node]]
        id = "about"
        parent = "round"
        weight = 1
        [[indicator]]
        id = "speed"
        parent = "aera"
        weight = 0
        [[indicator]]
        id = "days"
        parent = "area"
        weight = 0.5
        direction = "none"
        [[indicator]]
        id = "days"
        parent = "area"
        weight = 0.4
        column = " "
        [[indicator]]
        id = "posts"
        parent = "days"
        weight = 0
        goalposts = { low = 5, high = 5 }
        [[indicator]]
        id = "per"
        parent = "area"
        per = 1000
        weight = -0.1
        [[weights]]
        year = 2024
        of = { area = 0.6, empty = 0.4, spede = 1 }
        [[weights]]
        valid_from = "2024-06-01"
        of = { area = 0.6, empty = 0.3 }
        "#,
    ));
    assert_faults(
        &found,
        &[
            &["indices/x.toml: index.valid_to", "2023-12-31 is before", "2024-01-01"],
            &["screen.min_available", "90 is no share"],
            &["speed.impute.group", "is missing"],
            &["days.impute.group", "is missing"],
            &["days.impute.group", "is missing"],
            &["posts.impute.group", "is missing"],
            &["per.impute.group", "is missing"],
            &["empty", "has no children"],
            &["round.parent", "circle"],
            &["about.parent", "circle"],
            &["speed.parent", "no node 'aera'", "did you mean 'area'"],
            &["days.direction", "which way is good"],
            &["days", "stands twice"],
            &["days.column", "without input"],
            &["posts.parent", "'days' is an indicator"],
            &["posts.goalposts", "used by the scale method goalposts only"],
            &["per.per", "no denominator"],
            &["per.weight", "-0.1 is no weight"],
            &["weights[1].of", "'spede'", "did you mean 'speed'"],
            &["weights[1].of", "names only some children of 'x'; add speed, posts"],
            &["weights[2].of", "names only some children of 'x'; add speed, posts"],
            &["weights[2]", "holds on days of weights[1] too"],
            &["area.weights", "add up to 0.8", "in weights[1]", "not 1"],
            &["area.weights", "add up to 0.8", "in weights[2]", "not 1"],
            &["x.weights", "add up to 0.8999", "in weights[2]", "not 1"],
        ],
    );
}

#[test]
fn faults_of_shape_are_named_by_section_and_do_not_hide_others() {
    let found = faults(
        r#"
        kind = "composite"
        [index]
        id = "x"
        name_vi = "X"
        naem_en = "X"
        legal_basis = ""
        [scale]
        method = "minmax"
        [aggregate]
        method = "mean"
        [[node]]
        id = "area"
        aggregate = "geometrc"
        [[indicator]]
        id = "speed"
        weight = "much"
        parent = "area"
        [[indicator]]
        id = "days"
        diretion = "lower"
        parent = "aera"
        "#,
    );
    assert_faults(
        &found,
        &[
            &["indices/x.toml: index", "naem_en", "did you mean 'name_en'"],
            &["scale", "minmax", "did you mean 'min_max'"],
            &["aggregate", "mean"],
            &["area", "geometrc", "did you mean 'geometric'"],
            &["speed", "expected f64"],
            &["days", "diretion", "did you mean 'direction'"],
            &["days.parent", "no node 'aera'"],
        ],
    );
}

#[test]
fn settings_that_do_not_go_together_are_named() {
    let found = faults(&with(
        r#"
        [scale]
        method = "goalposts"
        [treat]
        method = "winsorise"
        when = "always"
        [weigh]
        method = "principal_component"
        [aggregate]
        method = "sum"
        [[indicator]]
        id = "speed"
        [[indicator]]
        id = "income"
        goalposts = { low = 0, high = 10, log = true }
        treat = { method = "transform", transform = "none" }
        [[indicator]]
        id = "share"
        treat = { method = "none" }
        scale = { method = "distance_to_target", range = [1, 0] }
        [[indicator]]
        id = "z"
        treat = { method = "none" }
        scale = { method = "z_score", sd = 0 }
        target = 5
        "#,
    ));
    assert_faults(
        &found,
        &[
            &["speed.treat.when", "always"],
            &["speed.goalposts", "are missing"],
            &["income.treat.transform", "nothing to do"],
            &["income.goalposts", "low 0 has no logarithm"],
            &["share.scale.range", "1 to 0"],
            &["share.target", "is missing"],
            &["z.scale", "sd 0"],
            &["z.target", "distance_to_target only"],
            &["x.aggregate", "principal components"],
        ],
    );
}

#[test]
fn days_are_read_as_text_and_as_toml_writes_them() {
    let index = Composite::parse("indices/x.toml", &version("x", "valid_from = 2024-02-29\nvalid_to = \"2024-12-31\""))
        .unwrap();
    assert_eq!((index.head.valid_from, index.head.valid_to), ("2024-02-29".parse().ok(), "2024-12-31".parse().ok()));
    let found = faults(&version("x", "valid_from = \"29/2/2024\"\nvalid_to = 2024"));
    assert_faults(
        &found,
        &[
            &["index.valid_from", "'29/2/2024' is no day"],
            &["index.valid_to", "'2024' is no day; write \"2020-01-31\""],
        ],
    );
}

#[test]
fn settings_of_levels_that_are_missing_or_given_twice_are_named() {
    let levels = "level = [{ level = 3, weigh = \"equal\" }, { level = 2 }, { level = 2 }, { level = 1 }]\n";
    let text = version("x", "").replace("[index]", "").replace("kind =", &format!("{levels}kind ="));
    let head = "id = \"x\"\nname_vi = \"X\"\nname_en = \"X\"\nlegal_basis = \"constructed\"\n";
    let text =
        text.replace(head, "index = { id = \"x\", name_vi = \"X\", name_en = \"X\", legal_basis = \"constructed\" }\n");
    assert_faults(
        &faults(&text),
        &[
            &["level[1]", "no node is of level 3", "the index is 2"],
            &["level[3]", "level 2 is set twice"],
            &["level[4]", "no node is of level 1"],
        ],
    );
}

/// Faults of values as lines.
fn value_faults(definition: &str, ids: &[&str], rows: &[(&str, &[f64])], on: &str) -> Vec<String> {
    let index = Composite::parse("indices/x.toml", definition).unwrap();
    let values = small(ids, rows);
    let input = Input { values: &values, groups: &BTreeMap::new(), earlier: &[], on: on.parse().unwrap() };
    compose(&index, input).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn constant_missing_and_unknown_columns_are_named_before_anything_is_computed() {
    let none = f64::NAN;
    for method in ["min_max", "z_score", "distance_to_best"] {
        let indicators = ["same", "none", "fine", "spede", "lone"].map(|id| format!("[[indicator]]\nid = \"{id}\"\n"));
        let definition = with(&format!("[scale]\nmethod = \"{method}\"\n{}", indicators.concat()));
        let found = value_faults(
            &definition,
            &["same", "none", "fine", "speed", "lone"],
            &[
                ("a", &[0.1, none, 1.0, 5.0, 1.0]),
                ("b", &[0.1, none, 2.0, 6.0, none]),
                ("c", &[0.1, none, 3.0, 7.0, none]),
            ],
            "2024-12-31",
        );
        assert_faults(
            &found,
            &[
                &["indices/x.toml: same.scale", "all 3 values are 0.1"],
                &["none.column", "no unit has a value"],
                &["spede.column", "no column 'spede'", "did you mean 'speed'"],
                &["lone.scale", "only one unit has a value"],
            ],
        );
    }
}

const TWO: &str = r#"
kind = "composite"
index = { id = "x", name_vi = "X", name_en = "X", legal_basis = "constructed" }
scale = { method = "METHOD" }
aggregate = { method = "AGGREGATE" }
indicator = [{ id = "first" }, { id = "second" }]
"#;

#[test]
fn a_constant_column_is_left_out_with_its_weight_where_the_definition_says_so() {
    let rows: &[(&str, &[f64])] = &[("a", &[1.0, 5.0]), ("b", &[2.0, 5.0]), ("c", &[3.0, 5.0])];
    let strict = TWO.replace("METHOD", "min_max").replace("AGGREGATE", "arithmetic");
    let found = value_faults(&strict, &["first", "second"], rows, "2024-12-31");
    assert_faults(&found, &[&["second.scale", "all 3 values are 5"]]);
    let index = Composite::parse("indices/x.toml", &(strict + "screen = { constant = \"leave_out\" }\n")).unwrap();
    let values = small(&["first", "second"], rows);
    let on = "2024-12-31".parse().unwrap();
    let done = compose(&index, Input { values: &values, groups: &BTreeMap::new(), earlier: &[], on }).unwrap();
    assert_eq!((done.index(), done.left_out.as_slice()), (&[Some(0.0), Some(50.0), Some(100.0)][..], &[1][..]));
}

#[test]
fn one_unit_cannot_be_compared_with_itself() {
    for method in ["min_max", "z_score", "percentile_rank", "distance_to_best"] {
        let definition = TWO.replace("METHOD", method).replace("AGGREGATE", "arithmetic");
        let found = value_faults(&definition, &["first", "second"], &[("a", &[1.0, 2.0])], "2024-12-31");
        assert_faults(&found, &[&["first.scale", "only one unit"], &["second.scale", "only one unit"]]);
    }
    let found = value_faults(
        &TWO.replace("METHOD", "none").replace("AGGREGATE", "arithmetic"),
        &["first", "second"],
        &[],
        "2024-12-31",
    );
    assert_faults(&found, &[&["index", "no units"]]);
}

#[test]
fn negative_scores_under_geometric_and_harmonic_means_are_named_with_their_units() {
    for aggregate in ["geometric", "harmonic"] {
        let definition = TWO.replace("METHOD", "none").replace("AGGREGATE", aggregate);
        let rows: Vec<(String, [f64; 2])> = (0..9).map(|at| (format!("u{at}"), [f64::from(at) - 7.0, 1.0])).collect();
        let rows: Vec<(&str, &[f64])> = rows.iter().map(|(unit, values)| (unit.as_str(), &values[..])).collect();
        let found = value_faults(&definition, &["first", "second"], &rows, "2024-12-31");
        assert_faults(&found, &[&["x.aggregate", "'first' is negative", "u0, u1, u2, u3, u4 and 2 more"]]);
    }
}

#[test]
fn days_without_weights_and_values_without_logarithm_are_named() {
    let definition = with(
        r#"
        valid_from = "2024-01-01"
        valid_to = "2024-12-31"
        [impute]
        method = "group_mean"
        group = "region"
        [scale]
        method = "goalposts"
        cut = "top"
        [[indicator]]
        id = "income"
        denominator = "people"
        goalposts = { low = 1, high = 10, log = true }
        [[indicator]]
        id = "share"
        scale = { method = "fraction_of_best" }
        direction = "lower"
        [[indicator]]
        id = "goal"
        scale = { method = "distance_to_target" }
        target = 3
        [[weights]]
        year = 2024
        of = { income = 2, share = 1, goal = 1 }
        "#,
    );
    let found = value_faults(
        &definition,
        &["income", "people", "share", "goal"],
        &[("a", &[5.0, 1.0, 0.0, 3.0]), ("b", &[0.0, 2.0, 4.0, 5.0]), ("c", &[5.0, -1.0, 4.0, 9.0])],
        "2023-12-31",
    );
    assert_faults(
        &found,
        &[
            &["index.valid_from", "does not hold on 2023-12-31"],
            &["weights", "none hold on 2023-12-31"],
            &["impute.group", "no grouping 'region'"],
            &["income.denominator", "'people' is negative for unit c"],
            &["share.scale", "unit a"],
            &["goal.scale", "the target, 3, is not better than the worst value, 3"],
        ],
    );
}

#[test]
fn principal_components_that_give_no_weights_are_named() {
    let definition = TWO.replace("METHOD", "none").replace("AGGREGATE", "arithmetic")
        + "weigh = { method = \"principal_component\" }\n";
    let of = |rows: &[(&str, &[f64])]| value_faults(&definition, &["first", "second"], rows, "2024-12-31");
    let opposed: &[(&str, &[f64])] = &[("a", &[1.0, 3.0]), ("b", &[2.0, 2.0]), ("c", &[3.0, 1.0])];
    assert_faults(&of(opposed), &[&["x.weigh", "cancel out"]]);
    let constant: &[(&str, &[f64])] = &[("a", &[1.0, 3.0]), ("b", &[2.0, 3.0]), ("c", &[3.0, 3.0])];
    assert_faults(&of(constant), &[&["x.weigh", "constant", "second"]]);
    let few: &[(&str, &[f64])] = &[("a", &[1.0, 3.0]), ("b", &[2.0, 4.0]), ("c", &[3.0, f64::NAN])];
    assert_faults(&of(few), &[&["x.weigh", "only 2 units"]]);
    let unrelated: &[(&str, &[f64])] =
        &[("a", &[1.0, 1.0]), ("b", &[1.0, -1.0]), ("c", &[-1.0, 1.0]), ("d", &[-1.0, -1.0])];
    assert_faults(&of(unrelated), &[&["x.weigh", "equally much"]]);
}

/// Loads all definitions with these files below `queries/indices/` of a workspace.
fn loaded(files: &[(&str, String)]) -> Result<Definitions, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let indices = folder.path().join("queries/indices");
    std::fs::create_dir_all(&indices).unwrap();
    for (name, text) in files {
        std::fs::write(indices.join(name), text).unwrap();
    }
    Definitions::load(Some(folder.path())).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

fn version(id: &str, days: &str) -> String {
    with(&format!("{days}\n[[indicator]]\nid = \"a\"\n")).replace("id = \"x\"", &format!("id = \"{id}\""))
}

#[test]
fn versions_of_an_index_follow_one_another_and_may_not_overlap() {
    let (old, new) = ("valid_to = \"2024-12-31\"", "valid_from = \"2025-01-01\"");
    let definitions = loaded(&[("x-2024.toml", version("x", old)), ("x-2025.toml", version("x", new))]).unwrap();
    let file = |day: &str| definitions.composite("x", day.parse().unwrap()).map(|index| index.file.as_str());
    assert_eq!(file("2024-12-31"), Some("indices/x-2024.toml"));
    assert_eq!(file("2025-01-01"), Some("indices/x-2025.toml"));
    assert!(definitions.composite("y", "2025-01-01".parse().unwrap()).is_none());
    let late = "valid_to = \"2025-01-01\"";
    let found = loaded(&[("x-2024.toml", version("x", late)), ("x-2025.toml", version("x", new))]).unwrap_err();
    assert_faults(&found, &[&["indices/x-2025.toml: index.id", "'x' in indices/x-2024.toml", "same days"]]);
}

#[test]
fn an_index_cannot_take_the_id_of_another_kind_of_index_or_of_an_indicator() {
    let found = loaded(&[
        ("a.toml", version("on-time", "")),
        ("b.toml", version("late_rate", "")),
        ("c.toml", with("").replace("composite", "compsite")),
    ])
    .unwrap_err();
    assert_faults(
        &found,
        &[
            &["indices/a.toml: index.id", "'on-time' is the id of another index"],
            &["indices/b.toml: index.id", "'late_rate'", "indicator"],
            &["indices/c.toml: kind", "no kind of index 'compsite'; did you mean 'composite'?"],
        ],
    );
}

#[test]
fn check_names_faults_of_composite_indices_before_any_command_runs() {
    let place = Place::new();
    let good = version("good", "").replace("id = \"a\"", "id = \"a\"\ncolumn = \"on_time_rate\"");
    place.file("kho/queries/indices/good.toml", good);
    place.run(&["check"]).exits(0).says(&["no faults"]);
    place.file(
        "kho/queries/indices/bad.toml",
        version("bad", "").replace("id = \"a\"", "id = \"a\"\nparent = \"area\""),
    );
    place.run(&["check"]).exits(1).says(&["1 fault(s)", "indices/bad.toml: a.parent: no node 'area'"]);
}
