"""CAP documents signed and checked by XML signature (enveloped, RSA, SHA-256). Pure.

A signature is trusted by a certificate that we hold, never by one that it brings along.
"""

from lxml import etree

from spatial.alerts.rules.documents import Unreadable, root_of


def signed(document: bytes, key_pem: bytes, certificate_pem: bytes) -> bytes:
    """The document with the signature of a key inside it."""
    from signxml import XMLSigner
    from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod

    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    root = signer.sign(root_of(document), key=key_pem, cert=certificate_pem.decode())
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def verified(document: bytes, certificate_pem: bytes) -> bytes:
    """The part of a document that the holder of a certificate signed. Raises Unreadable.

    What is used afterwards is this part and nothing around it: a signature over one element
    says nothing of others.
    """
    from signxml import XMLVerifier
    from signxml.exceptions import InvalidInput, SignXMLException

    root_of(document)
    try:
        result = XMLVerifier().verify(document, x509_cert=certificate_pem.decode())
    except (SignXMLException, InvalidInput, etree.LxmlError, ValueError) as error:
        raise Unreadable(
            "signature",
            f"签名不符，或不是所登记证书的签名：{error}",
            f"the signature is wrong, or not of the certificate on record: {error}",
        ) from error
    part = next(iter(result)) if isinstance(result, list) else result
    if part.signed_xml is None:
        raise Unreadable("signature", "签名未覆盖消息内容", "the signature covers no message")
    return bytes(etree.tostring(part.signed_xml))
