package io.github.ratelimit.client.okhttp;

import io.github.ratelimit.client.ClientCall;
import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response, which its call reads along with the caller. Nothing is copied,
 * read ahead or held back. The call ends with the body.
 */
final class CountedResponseBody extends ResponseBody {

	private final ResponseBody body;

	private final BufferedSource source;

	CountedResponseBody(ResponseBody body, ClientCall call) {
		this.body = body;
		this.source = Okio.buffer(new CountedSource(body.source(), call));
	}

	@Override
	public @Nullable MediaType contentType() {
		return this.body.contentType();
	}

	@Override
	public long contentLength() {
		return this.body.contentLength();
	}

	@Override
	public BufferedSource source() {
		return this.source;
	}

	private static final class CountedSource extends ForwardingSource {

		private final ClientCall call;

		private final Buffer.UnsafeCursor cursor = new Buffer.UnsafeCursor();

		private CountedSource(BufferedSource source, ClientCall call) {
			super(source);
			this.call = call;
		}

		@Override
		public long read(Buffer sink, long byteCount) throws IOException {
			long read = -1;
			try {
				read = super.read(sink, byteCount);
			}
			finally {
				if (read < 0) {
					this.call.close();
				}
			}
			if (read > 0) {
				count(sink, read);
			}
			return read;
		}

		/** Reads the bytes in place, at the end of the buffer. */
		private void count(Buffer sink, long length) {
			try (Buffer.UnsafeCursor bytes = sink.readUnsafe(this.cursor)) {
				for (int n = bytes.seek(sink.size() - length); n >= 0; n = bytes.next()) {
					byte[] data = bytes.data;
					if (data != null) {
						this.call.body(data, bytes.start, n);
					}
				}
			}
		}

		@Override
		public void close() throws IOException {
			try {
				super.close();
			}
			finally {
				this.call.close();
			}
		}

	}

}
