//! The way of one leaf, for whoever verifies it later.

use heqi_evidence::leaf::LogLeaf;
use heqi_renewal::{Link, Next, RenewalFile, Subject, SubjectLeaf};

use super::{
    Holder, MOST, RENEWALS, RenewalError, RenewalRow, Seq, anchors_row, leaf_at, renewal_row,
    tree_of,
};
use crate::stamping::{StampedHead, covering};
use crate::table::Stored;

/// The way of the leaf at `index`, a signed statement or a record: its first stamped head, and every renewal
/// since.
///
/// # Errors
/// [`RenewalError::NotStamped`], [`RenewalError::NoLeaf`], and what the store says.
pub async fn renewal_file(
    holder: &Holder<'_>,
    index: u64,
    detail: Option<(String, String)>,
) -> Result<RenewalFile, RenewalError> {
    let log = holder.backend.log();
    let entry = log.entry(index).await?.ok_or(RenewalError::NoLeaf)?;
    let rows = RENEWALS.scan(holder.backend, "", None, MOST).await?;
    let mut head = covering(holder.backend, index).await?.ok_or(RenewalError::NotStamped)?;
    let path = log.inclusion_proof(index, head.head.checkpoint().size()).await?;
    let leaf = match LogLeaf::parse(&entry.entry) {
        Ok(LogLeaf::Record(root)) => SubjectLeaf::Record(root),
        Ok(LogLeaf::Statement(_)) => {
            SubjectLeaf::Statement { envelope: entry.record.to_vec(), detail }
        }
        Err(_) => return Err(RenewalError::NoLeaf),
    };
    let subject = Subject { leaf, index, path };
    let mut links = Vec::new();
    loop {
        let mut link = link_of(&head);
        let found = next_of(holder, &rows, &head, &link).await?;
        let Some((next, next_head)) = found else {
            links.push(link);
            return Ok(RenewalFile { subject, links });
        };
        link.next = Some(next);
        links.push(link);
        head = next_head;
    }
}

fn link_of(head: &StampedHead) -> Link {
    let tokens = head.tokens.iter().filter_map(|(label, row)| Some((label.clone(), row.der()?)));
    Link { note: head.note.clone(), tokens: tokens.collect(), next: None }
}

/// The renewal that names a token of this head, with the head that was stamped over it.
async fn next_of(
    holder: &Holder<'_>,
    rows: &[(Seq, Stored<RenewalRow>)],
    head: &StampedHead,
    link: &Link,
) -> Result<Option<(Next, StampedHead)>, RenewalError> {
    let size = head.head.checkpoint().size();
    for label in link.tokens.keys() {
        let name = format!("{size:020}.{label}");
        let at = rows.iter().position(|(_, row)| row.value.first <= name && name <= row.value.last);
        let Some(at) = at else { continue };
        let Some((seq, row)) = rows.get(at) else { continue };
        let after = at.checked_sub(1).and_then(|at| rows.get(at));
        let after = after.map(|(_, row)| row.value.last.clone());
        let (tree, _, place) = tree_of(holder, (after, &row.value.last), Some(&name)).await?;
        let Some(token) = place.and_then(|place| tree.place(place)) else { continue };
        let log = holder.backend.log();
        let index = leaf_at(holder, &renewal_row(seq.0)?).await?;
        // Renewed and not stamped yet: the way ends before it.
        let Some(next) = covering(holder.backend, index).await? else { return Ok(None) };
        let path = log.inclusion_proof(index, next.head.checkpoint().size()).await?;
        let envelope = log.entry(index).await?.ok_or(RenewalError::NoLeaf)?.record.to_vec();
        let anchors = leaf_at(holder, &anchors_row(row.value.anchors)?).await?;
        let anchors = log.entry(anchors).await?.ok_or(RenewalError::NoLeaf)?.record.to_vec();
        let next_link = Next { envelope, anchors, label: label.clone(), token, index, path };
        return Ok(Some((next_link, next)));
    }
    Ok(None)
}
