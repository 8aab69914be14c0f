/// The API's routes as a page without scripts.
enum DocumentationPage {
  static func html(_ routes: [Route]) -> String {
    let rows = routes.filter { $0.path.hasPrefix("/api") || $0.path.hasPrefix("/media") }
      .map { route in
        """
        <tr><td><code>\(route.method)</code></td><td><code>\(escaped(route.path))</code></td>\
        <td>\(escaped(route.summary))</td><td>\(escaped(OpenAPI.words(route.access)))</td></tr>
        """
      }
    return """
      <!doctype html><html lang="en"><meta charset="utf-8"><title>Assay API</title>
      <meta name="viewport" content="width=device-width">
      <h1>Assay API</h1>
      <p>JSON in, JSON out. Sign in with <code>Authorization: Bearer &lt;key&gt;</code>. Errors are
      RFC 9457 problem documents. Machine-readable: <a href="/openapi.json">openapi.json</a>.</p>
      <table border="1" cellpadding="6"><tr><th>Method</th><th>Path</th><th>What it does</th>\
      <th>Who</th></tr>
      \(rows.joined(separator: "\n"))
      </table></html>
      """
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
