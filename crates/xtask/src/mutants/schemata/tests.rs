use super::super::list::Span;
use super::*;

fn mutant(id: u32, genre: Genre, at: (usize, usize), length: usize, with: &str) -> Mutant {
    let start = Place { line: at.0, column: at.1 };
    let end = Place { line: at.0, column: at.1 + length };
    Mutant {
        id,
        name: format!("mutant {id}"),
        file: "lib.rs".into(),
        genre,
        span: Span { start, end },
        replacement: with.to_owned(),
        return_type: String::new(),
    }
}

fn compact(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn nested_places_ask_the_switch_and_their_versions_are_the_original() {
    let source = "fn f() -> bool {\n    a + b == c\n}\n";
    let mutants = [
        mutant(1, Genre::FnValue, (2, 5), 10, "true"),
        mutant(2, Genre::BinaryOperator, (2, 11), 2, "!="),
        mutant(3, Genre::BinaryOperator, (2, 7), 1, "-"),
        mutant(4, Genre::BinaryOperator, (2, 7), 1, "*"),
    ];
    let rewritten = rewrite(source, &mutants.each_ref()).unwrap();
    assert_eq!(
        compact(&rewritten.text),
        "fn f() -> bool { /*f1*/ if crate::__mutant::on(1) == 1 { return true; } \
         ( /*d2*/ match crate::__mutant::on(2) { on if !matches!(on, 2) => \
         ( /*d3,4*/ match crate::__mutant::on(3) { on if !matches!(on, 3 | 4) => \
         a + b , /*m3*/ 3 => a - b , /*m4*/ _ => a * b /*e*/ }) == c , \
         /*m2*/ _ => a + b != c /*e*/ }) }"
    );
    assert_eq!(rewritten.places, BTreeMap::from([(1, 1), (2, 2), (3, 3), (4, 3)]));
    assert!(syn::parse_file(&rewritten.text).is_ok());
}

#[test]
fn arms_and_guards_are_switched_by_guards() {
    let source = "fn f() {\n match x {\n  1 => a,\n  2 if b > c => d,\n  _ => e,\n }\n}\n";
    let mutants = [
        mutant(1, Genre::MatchArm, (3, 3), 7, ""),
        mutant(2, Genre::MatchArm, (4, 3), 16, ""),
        mutant(3, Genre::MatchArmGuard, (4, 8), 5, "true"),
        mutant(4, Genre::BinaryOperator, (4, 10), 1, "<"),
    ];
    let rewritten = rewrite(source, &mutants.each_ref()).unwrap();
    let text = compact(&rewritten.text);
    assert!(text.contains("1 if /*f1*/ crate::__mutant::on(1) != 1 => a,"), "{text}");
    assert!(text.contains("2 if /*f2*/ crate::__mutant::on(2) != 2 && (( /*d3,4*/"), "{text}");
    assert!(text.contains("b > c , /*m3*/ 3 => true , /*m4*/ _ => b < c /*e*/ })) => d"));
    assert!(syn::parse_file(&rewritten.text).is_ok());
}

#[test]
fn a_chain_of_let_stays_one_and_what_it_joins_is_switched() {
    let source = "fn f() {\n    if a == b && let Some(c) = d {}\n}\n";
    let mutants = [
        mutant(1, Genre::BinaryOperator, (2, 10), 2, "!="),
        mutant(2, Genre::BinaryOperator, (2, 15), 2, "||"),
    ];
    let rewritten = rewrite(source, &mutants.each_ref()).unwrap();
    assert_eq!(rewritten.refused, [2]);
    assert!(compact(&rewritten.text).ends_with("/*e*/ }) && let Some(c) = d {} }"));
}

#[test]
fn an_error_is_laid_at_the_door_of_the_version_it_stands_in() {
    let text = "a\n/*d1,2*/ match {\nb\n/*d3*/ match\nc\n/*m3*/ d\n/*e*/ })\n/*m1*/ e\nf\n\
                /*m2*/ g\n/*e*/ }\n/*f9*/ if\nh";
    let place = |ids: &[u32]| Blame::Place(ids.to_vec());
    let version = |id| Blame::Version(vec![id]);
    assert_eq!(
        blame(text)[1..],
        [
            Blame::Nobody,
            place(&[1, 2]),
            place(&[1, 2]),
            place(&[3]),
            place(&[3]),
            version(3),
            place(&[1, 2]),
            version(1),
            version(1),
            version(2),
            Blame::Nobody,
            version(9),
            Blame::Nobody,
        ]
    );
}

#[test]
fn a_mutant_alone_is_a_replaced_piece_of_text() {
    let source = "fn f() -> u8 {\n    名(1) + 2\n}\n";
    let alone = alone(source, &mutant(1, Genre::BinaryOperator, (2, 10), 1, "-")).unwrap();
    assert_eq!(alone, "fn f() -> u8 {\n    名(1) - 2\n}\n");
}
