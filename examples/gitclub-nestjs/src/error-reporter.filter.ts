import { Catch, HttpException, type ArgumentsHost, type HttpServer } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

/** Reports errors of the application, and lets Nest answer them with a bare 500. */
@Catch()
export class ErrorReporterFilter extends BaseExceptionFilter {
  constructor(
    httpAdapter: HttpServer,
    private readonly onError: (error: unknown) => void,
  ) {
    super(httpAdapter);
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    if (!(error instanceof HttpException)) this.onError(error);
    super.catch(error, host);
  }
}
