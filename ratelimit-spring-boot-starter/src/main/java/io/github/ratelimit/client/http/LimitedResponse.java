package io.github.ratelimit.client.http;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.CountedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpResponse;

/**
 * The response of a call, which ends with it. The call of an error's response ends at
 * once: its provider has done with it.
 */
final class LimitedResponse implements ClientHttpResponse {

	private final ClientHttpResponse response;

	private final ClientCall call;

	private final boolean error;

	private @Nullable CountedInputStream body;

	/** Reports the head, for which it reads the beginning of an error's body. */
	LimitedResponse(ClientHttpResponse response, ClientCall call) throws IOException {
		this.response = response;
		this.call = call;
		int status = response.getStatusCode().value();
		this.error = ClientCall.needsBody(status);
		String errorBody = this.error ? getBody().peek() : null;
		call.head(status, response.getHeaders()::getFirst, errorBody);
		if (this.error) {
			call.close();
		}
	}

	boolean isError() {
		return this.error;
	}

	@Override
	public CountedInputStream getBody() throws IOException {
		CountedInputStream body = this.body;
		if (body == null) {
			InputStream unread = this.response.getBody();
			body = new CountedInputStream(unread, this.call);
			this.body = body;
		}
		return body;
	}

	@Override
	public HttpStatusCode getStatusCode() throws IOException {
		return this.response.getStatusCode();
	}

	@Override
	public String getStatusText() throws IOException {
		return this.response.getStatusText();
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.response.getHeaders();
	}

	/**
	 * Spring reads what is left of a body in order to use its connection again. A stream
	 * of events may not end, and its provider would go on.
	 */
	@Override
	public void close() {
		try {
			if (isStream()) {
				getBody().close();
			}
		}
		catch (IOException ex) {
			// the response is closed below
		}
		finally {
			closeResponse();
		}
	}

	/** A malformed type is none. */
	private boolean isStream() {
		String type = this.response.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
		return type != null && (startsWith(type, MediaType.TEXT_EVENT_STREAM_VALUE)
				|| startsWith(type, MediaType.APPLICATION_NDJSON_VALUE));
	}

	private static boolean startsWith(String type, String start) {
		return type.regionMatches(true, 0, start, 0, start.length());
	}

	private void closeResponse() {
		try {
			this.response.close();
		}
		finally {
			this.call.close();
		}
	}

}
