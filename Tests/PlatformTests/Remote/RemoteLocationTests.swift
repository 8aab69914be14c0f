import Foundation
import Testing

@testable import Platform

@Suite struct RemoteLocationTests {
  /// The example of AWS's own documentation ("Authenticating Requests: Using Query Parameters").
  @Test func anAddressIsSignedAsAmazonDocumentsIt() {
    let url = BucketSignature.url(
      BucketAddress(
        origin: "https://examplebucket.s3.amazonaws.com", host: "examplebucket.s3.amazonaws.com"),
      path: "/test.txt", region: "us-east-1",
      BucketKeys(
        access: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
      seconds: 86400, at: 1_369_353_600_000)
    #expect(
      url.hasSuffix(
        "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"))
    #expect(
      url.contains("X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"))
  }

  @Test func aBucketIsAskedWhereItLies() throws {
    func listing(_ text: String, _ endpoint: String? = nil, _ region: String? = nil) throws
      -> String
    {
      guard case .bucket(let bucket) = try RemoteLocation(text, endpoint: endpoint, region: region)
      else { return "" }
      return bucket.listing(mark: nil, after: "a b", at: 0)
    }
    #expect(
      try listing("s3://photos/2024/")
        == "https://photos.s3.us-east-1.amazonaws.com/?encoding-type=url&list-type=2&prefix=2024%2F"
        + "&start-after=a%20b")
    #expect(
      try listing("s3://my.photos").hasPrefix("https://s3.us-east-1.amazonaws.com/my.photos/?"))
    #expect(
      try listing("s3://photos", "http://store:9000", "eu-west-1").hasPrefix(
        "http://store:9000/photos/?"))
  }

  @Test(arguments: [
    "ftp://host/x", "s3://", "s3://a/x", "s3://a..b/x", "s3://b@d/x", "https://host/x?y=1",
    "https://me:secret@host/x", "photos", "https:///x",
  ]) func whatIsNoPlaceIsRefused(_ text: String) {
    #expect(throws: Refusal.self) { try RemoteLocation(text) }
  }

  @Test func anAddressIsNoLongerThanItsLimit() throws {
    let longest = "https://h/" + String(repeating: "a", count: RemoteLocation.lengthLimit - 10)
    _ = try RemoteLocation(longest)
    #expect(throws: Refusal.tooLarge(what: "an address (bytes)", limit: RemoteLocation.lengthLimit))
    {
      try RemoteLocation(longest + "a")
    }
  }

  @Test func keysBelongToBuckets() {
    #expect(throws: Refusal.self) {
      try RemoteLocation("https://host/x/", keys: BucketKeys(access: "a", secret: "b"))
    }
  }

  @Test func aPageOfKeysIsRead() throws {
    let page = try BucketPage(
      Data(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
        <Contents><Key>a+b%2Bc.jpg</Key><ETag>&quot;e1&quot;</ETag><Size>12</Size></Contents>
        <Contents><Key>d.jpg</Key><ETag>"e2"</ETag><Size>7</Size><Owner><ID>x</ID></Owner></Contents>
        <NextContinuationToken>t&amp;1</NextContinuationToken><EncodingType>url</EncodingType>
        </ListBucketResult>
        """.utf8))
    #expect(
      page.files == [
        RemoteFile(key: "a b+c.jpg", version: "e1", size: 12),
        RemoteFile(key: "d.jpg", version: "e2", size: 7),
      ])
    #expect(page.mark == "t&1")
  }

  @Test(arguments: [
    "", "no XML", "<Error><Code>AccessDenied</Code></Error>", "<ListBucketResult><Contents>",
    "<!DOCTYPE x [<!ENTITY a 'b'>]><ListBucketResult/>",
  ]) func whatIsNoPageOfKeysIsRefused(_ text: String) {
    #expect(throws: RemoteFault.self) { try BucketPage(Data(text.utf8)) }
  }

  @Test func anIndexOfApacheIsRead() throws {
    let page = try IndexPage(
      Data(
        """
        <html><h1>Index of /sets</h1><table>
        <tr><th><a href="?C=N;O=D">Name</a></th></tr>
        <tr><td><a href="/">Parent Directory</a></td></tr>
        <tr><td><a href="a%20b.jpg">a b.jpg</a></td><td>2024-01-02 03:04</td><td>1.2K</td></tr>
        <tr><td><A HREF='more/'>more/</A></td><td>2024-01-02 03:04</td><td>-</td></tr>
        <tr><td><a href="https://elsewhere.org/c.jpg">c</a> <a href="../d.jpg">d</a></td></tr>
        <tr><td><a href="x/../../e.jpg">e</a> <a href="deep/f.jpg">f</a></td></tr>
        </table></html>
        """.utf8), at: "https://host/sets/")
    #expect(page.files == [RemoteFile(key: "a b.jpg", version: "2024-01-02 03:04 1.2K")])
    #expect(page.folders == ["more"])
  }

  @Test func anIndexOfNginxIsReadAsJSON() throws {
    let page = try IndexPage(
      Data(
        """
        [{"name":"b.png","type":"file","mtime":"Wed, 01 Jan 2024","size":5},
         {"name":"sub","type":"directory","mtime":"x"},{"name":"../up.png","type":"file"}]
        """.utf8), at: "https://host/")
    #expect(page.files == [RemoteFile(key: "b.png", version: "Wed, 01 Jan 2024 5", size: 5)])
    #expect(page.folders == ["sub"])
    #expect(throws: RemoteFault.self) { try IndexPage(Data("plain".utf8), at: "https://host/") }
  }

  @Test func tagsThatDoNotEndCostNoMoreThanTheirLength() throws {
    let hostile = String(repeating: "<a href=", count: 500_000)
    let page = try IndexPage(Data("<html>\(hostile)".utf8), at: "https://host/")
    #expect(page.files.isEmpty)
    let one = try IndexPage(Data("\(hostile)<a href=\"x.png\">x</a>".utf8), at: "https://host/")
    #expect(one.files.map(\.key) == ["x.png"])
  }

  @Test(arguments: [
    ("*.jpg", "a/b.jpg", true), ("*.jpg", "a.jpeg", false), ("a?c", "abc", true),
    ("a?c", "ac", false),
    ("*/x*y*", "q/xay", true), ("", "", true), ("*", "", true),
    ("a*a*a*b", "aaaaaaaaaaaaaaa", false),
  ]) func aPatternStandsForNames(_ pattern: String, _ name: String, _ matches: Bool) {
    #expect(NamePattern(pattern).matches(name) == matches)
  }
}
