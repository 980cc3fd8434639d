package io.github.ratelimit.apps.gateway;

import jakarta.servlet.http.HttpServletRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.cloud.gateway.server.mvc.common.MvcUtils;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** Finds the usage at the end of a response, plain or streamed, while it passes. */
class UsageStream extends FilterInputStream {

	private static final Pattern TOTAL = Pattern.compile("\"total_tokens\"\\s*:\\s*(\\d+)");

	private static final int END = 4096;

	private final StringBuilder end = new StringBuilder();

	private final HttpServletRequest request;

	UsageStream(InputStream body, HttpServletRequest request) {
		super(body);
		this.request = request;
	}

	static ServerResponse read(ServerRequest request, HandlerFunction<ServerResponse> next) throws Exception {
		ServerResponse response = next.handle(request);
		InputStream body = MvcUtils.getAttribute(request, MvcUtils.CLIENT_RESPONSE_INPUT_STREAM_ATTR);
		MvcUtils.putAttribute(request, MvcUtils.CLIENT_RESPONSE_INPUT_STREAM_ATTR,
				new UsageStream(body, request.servletRequest()));
		return response;
	}

	@Override
	public int read(byte[] buffer, int offset, int length) throws IOException {
		int read = super.read(buffer, offset, length);
		if (read > 0) {
			this.end.append(new String(buffer, offset, read, StandardCharsets.ISO_8859_1));
			this.end.delete(0, Math.max(0, this.end.length() - END));
		}
		Matcher total = TOTAL.matcher(this.end);
		while (read < 0 && total.find()) {
			this.request.setAttribute("usage", Long.parseLong(total.group(1)));
		}
		return read;
	}

}
