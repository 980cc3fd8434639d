package io.github.ratelimit.sample.chat;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Answers requests that MVC rejects: below {@code /v1} in OpenAI's format, elsewhere with
 * problem details.
 */
@RestControllerAdvice
class ErrorAnswers extends ResponseEntityExceptionHandler {

	@Override
	protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(HttpMessageNotReadableException ex,
			HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		if (isChatApi(request)) {
			ApiError error = (ex.getMostSpecificCause() instanceof InvalidChatRequestException invalid)
					? ApiError.invalidRequest(invalid.getMessage(), invalid.param())
					: ApiError.invalidRequest("The body is not a chat request in JSON.", null);
			return handleExceptionInternal(ex, error, headers, status, request);
		}
		return super.handleHttpMessageNotReadable(ex, headers, status, request);
	}

	@Override
	protected ResponseEntity<Object> createResponseEntity(@Nullable Object body, HttpHeaders headers,
			HttpStatusCode status, WebRequest request) {
		if (isChatApi(request)) {
			HttpHeaders json = HttpHeaders.copyOf(headers);
			json.setContentType(MediaType.APPLICATION_JSON);
			Object error = (body instanceof ProblemDetail problem) ? ApiError.invalidRequest(problem.getDetail(), null)
					: body;
			return new ResponseEntity<>(error, json, status);
		}
		return super.createResponseEntity(body, headers, status, request);
	}

	private static boolean isChatApi(WebRequest request) {
		return request instanceof ServletWebRequest servlet
				&& servlet.getRequest().getRequestURI().startsWith(servlet.getContextPath() + "/v1/");
	}

}
