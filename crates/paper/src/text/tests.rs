use super::lines::blocks;
use super::*;

/// Letters of a line, ten points high, from `left`.
fn line(text: &str, left: f64, y: f64, size: f64) -> Vec<Placed> {
    let mut x = left;
    let mut placed = Vec::new();
    for character in text.chars() {
        let advance = if character.is_ascii() { size / 2.0 } else { size };
        if character != ' ' {
            placed.push(Placed { text: character.into(), x, y, size, advance });
        }
        x += advance;
    }
    placed
}

fn texts(placed: Vec<Placed>) -> Vec<String> {
    blocks(placed).into_iter().map(|block| block.text).collect()
}

#[test]
fn lines_become_paragraphs_by_how_they_end() {
    let full = "一二三四五六七八九十一二三四五六七八九十";
    let page = [
        line(full, 50.0, 100.0, 10.0),
        line("终。", 50.0, 116.0, 10.0),
        line("另起一段。", 50.0, 132.0, 10.0),
    ];
    assert_eq!(texts(page.concat()), [format!("{full}终。"), "另起一段。".into()]);
}

#[test]
fn an_indented_line_begins_a_paragraph() {
    let full = "一二三四五六七八九十一二三四五六七八九十";
    let page = [line(full, 50.0, 100.0, 10.0), line("第二段从缩进开始写起", 70.0, 116.0, 10.0)];
    assert_eq!(texts(page.concat()).len(), 2);
}

#[test]
fn latin_words_keep_their_spaces_and_ideographs_get_none() {
    let page = [
        line("Heqi is a split tally of", 50.0, 100.0, 10.0),
        line("two halves", 50.0, 112.0, 10.0),
    ];
    assert_eq!(texts(page.concat()), ["Heqi is a split tally of two halves"]);
    assert_eq!(texts(line("占30%股权", 50.0, 100.0, 10.0)), ["占30%股权"]);
}

#[test]
fn order_of_drawing_does_not_matter_and_a_letter_drawn_twice_is_one() {
    let mut page = [line("下一行", 50.0, 130.0, 10.0), line("章程", 50.0, 100.0, 20.0)].concat();
    page.extend(line("章程", 50.3, 100.0, 20.0));
    let blocks = blocks(page);
    assert_eq!(blocks[0], Block { is_heading: true, text: "章程".into() });
    assert_eq!(blocks[1], Block { is_heading: false, text: "下一行".into() });
}
