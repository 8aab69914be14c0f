import NIOCore

/// Lets a connection take some pieces of a download ahead of what it has sent: with less, whoever opens
/// pieces and whoever sends them wait for each other at each one.
final class SendingAhead: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  /// Bytes that wait on a connection before its writers do, who go on when half of them are sent.
  static let limit = 1 << 20

  func handlerAdded(context: ChannelHandlerContext) {
    // A connection that is closed already has no use for it.
    _ = context.channel.setOption(
      .writeBufferWaterMark, value: .init(low: Self.limit / 2, high: Self.limit))
  }
}
