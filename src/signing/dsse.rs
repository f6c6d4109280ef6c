//! A signed text with its type: DSSE, the Dead Simple Signing Envelope, version 1
//! (<https://github.com/secure-systems-lab/dsse>). What is signed is the type too, so that no text is taken for one of
//! another kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Signer;

/// A signed text (DSSE version 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// What kind of text it is.
    #[schema(example = "application/vnd.countersign.gate+json")]
    pub payload_type: String,
    /// The text, base64.
    pub payload: String,
    /// Who signed.
    pub signatures: Vec<EnvelopeSignature>,
}

/// A signature of the type and the text together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvelopeSignature {
    /// Which key it may be; a hint, nothing more.
    pub keyid: String,
    /// Ed25519, base64.
    pub sig: String,
}

/// Why an envelope is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Another kind of text.
    #[error("it is of the type {0:?}")]
    Type(String),
    /// The text is no base64.
    #[error("its payload is no base64")]
    Payload,
    /// No signature is one of the keys'.
    #[error("no signature of it is by a key that was given")]
    Signature,
    /// The text is signed, and not what its type says.
    #[error("what is signed can't be read: {0}")]
    Text(String),
}

/// What is really signed: `DSSEv1`, and type and text each after its length in bytes.
fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

impl Envelope {
    /// Signs a text.
    #[must_use]
    pub fn seal(signer: &Signer, payload_type: &str, payload: &[u8]) -> Self {
        let sig = STANDARD.encode(signer.sign(&pae(payload_type, payload)));
        Self {
            payload_type: payload_type.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: vec![EnvelopeSignature { keyid: signer.id().to_owned(), sig }],
        }
    }

    /// The text, if one of these keys signed it as this type.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn open(&self, payload_type: &str, keys: &[VerifyingKey]) -> Result<Vec<u8>, Invalid> {
        if self.payload_type != payload_type {
            return Err(Invalid::Type(self.payload_type.chars().take(100).collect()));
        }
        let payload = STANDARD.decode(&self.payload).map_err(|_| Invalid::Payload)?;
        let signed = pae(payload_type, &payload);
        let by_one_of_them = |given: &EnvelopeSignature| {
            let bytes: Option<[u8; 64]> = STANDARD.decode(&given.sig).ok().and_then(|bytes| bytes.try_into().ok());
            let signature = bytes.map(|bytes| Signature::from_bytes(&bytes));
            signature.is_some_and(|signature| keys.iter().any(|key| key.verify_strict(&signed, &signature).is_ok()))
        };
        if self.signatures.iter().any(by_one_of_them) { Ok(payload) } else { Err(Invalid::Signature) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(signer: &Signer) -> VerifyingKey {
        VerifyingKey::from_bytes(&signer.public()).unwrap()
    }

    #[test]
    fn what_is_signed_is_what_the_specification_says() {
        // The example of the specification's protocol.md.
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        assert_eq!(pae("é", "é".as_bytes()), "DSSEv1 2 é 2 é".as_bytes(), "lengths are in bytes");
    }

    #[test]
    fn only_a_key_that_was_given_counts_and_its_name_does_not() {
        let (ours, other) = (Signer::new(&[7; 32]), Signer::new(&[8; 32]));
        let mut sealed = Envelope::seal(&ours, "text/plain", b"yes");
        assert_eq!(sealed.open("text/plain", &[key(&other), key(&ours)]).unwrap(), b"yes");
        assert_eq!(sealed.open("text/plain", &[key(&other)]), Err(Invalid::Signature));
        assert_eq!(sealed.open("text/plain", &[]), Err(Invalid::Signature));
        assert!(matches!(sealed.open("text/html", &[key(&ours)]), Err(Invalid::Type(_))));
        sealed.signatures[0].keyid = other.id().to_owned();
        assert!(sealed.open("text/plain", &[key(&ours)]).is_ok());
        sealed.signatures.clear();
        assert_eq!(sealed.open("text/plain", &[key(&ours)]), Err(Invalid::Signature));
        // The same text and signature under another type.
        let retyped = Envelope { payload_type: "text/html".into(), ..Envelope::seal(&ours, "text/plain", b"yes") };
        assert_eq!(retyped.open("text/html", &[key(&ours)]), Err(Invalid::Signature));
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_refused(payload in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let signer = Signer::new(&[7; 32]);
            let sealed = Envelope::seal(&signer, "text/plain", &payload);
            prop_assert_eq!(sealed.open("text/plain", &[key(&signer)]).unwrap(), payload.clone());
            // In the text and in the signature, as bytes and as they are written.
            let flipped = |bytes: &[u8]| {
                let mut bytes = bytes.to_vec();
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
                bytes
            };
            let mut all = Vec::new();
            let with_sig = |sig: String| {
                let mut other = sealed.clone();
                other.signatures[0].sig = sig;
                other
            };
            let sig = STANDARD.decode(&sealed.signatures[0].sig).unwrap();
            all.push(with_sig(STANDARD.encode(flipped(&sig))));
            all.push(with_sig(String::from_utf8_lossy(&flipped(sealed.signatures[0].sig.as_bytes())).into_owned()));
            if !payload.is_empty() {
                all.push(Envelope { payload: STANDARD.encode(flipped(&payload)), ..sealed.clone() });
                let written = String::from_utf8_lossy(&flipped(sealed.payload.as_bytes())).into_owned();
                all.push(Envelope { payload: written, ..sealed.clone() });
            }
            for other in all {
                prop_assert!(other.open("text/plain", &[key(&signer)]).is_err());
            }
        }
    }
}
